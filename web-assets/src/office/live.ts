// Parts of a page that tell how far work is come anew while it goes on: those with an id and `data-live`.
// The server leaves the mark out when there is nothing more to wait for; where it leaves the part out, the page
// is another one now and is loaded again. Without this script the page is as old as its loading.

const EVERY = 3000;
// Looking on must not keep a session open for ever: then the page stands still until somebody loads it.
const MOST = 200;

/** The page as a document. Not read as text and parsed here, so that no string becomes HTML. */
function page(): Promise<Document | null> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.responseType = "document";
    // Whoever is signed out is led elsewhere: that says nothing of the work.
    const same = (): boolean => new URL(request.responseURL).pathname === location.pathname;
    request.onload = () => resolve(request.status === 200 && same() ? request.responseXML : null);
    request.onerror = () => resolve(null);
    request.open("GET", location.href);
    request.send();
  });
}

const waiting = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-live][id]")];

async function look(left: number): Promise<void> {
  if (waiting().length === 0 || left === 0) return;
  // Nobody loses the button that has the focus, or reads behind an open dialog.
  const busy = document.hidden || document.querySelector("dialog[open]") !== null;
  const fresh = busy ? null : await page();
  if (fresh && waiting().some((part) => fresh.getElementById(part.id) === null)) {
    location.reload();
    return;
  }
  for (const part of waiting()) {
    const next = fresh?.getElementById(part.id);
    if (next && !part.contains(document.activeElement)) part.replaceWith(document.adoptNode(next));
  }
  setTimeout(() => void look(left - 1), EVERY);
}

export function live(): void {
  setTimeout(() => void look(MOST), EVERY);
}
