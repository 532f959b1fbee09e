// What the search box offers while somebody types: words by their characters or their pinyin, then titles. Without it,
// and without an answer, the box is the same form as ever.

interface Offered {
  text: string;
  about: string;
  href: string;
}

/** How long typing pauses before the server is asked. */
const PAUSE_MS = 150;

/** What is chosen by the arrow keys: -1 is what was typed, then each line, then what was typed again. */
export function step(chosen: number, by: 1 | -1, lines: number): number {
  const next = chosen + by;
  if (next < -1) return lines - 1;
  return next >= lines ? -1 : next;
}

async function offered(words: string, signal: AbortSignal): Promise<Offered[]> {
  try {
    const answer = await fetch(`/search/suggest?q=${encodeURIComponent(words)}`, { signal });
    return answer.ok ? ((await answer.json()) as Offered[]) : [];
  } catch {
    return [];
  }
}

function line(one: Offered, id: string): HTMLElement {
  const item = document.createElement("li");
  item.id = id;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  const text = document.createElement("span");
  text.textContent = one.text;
  item.append(text);
  if (one.about) {
    const about = document.createElement("span");
    about.className = "about";
    about.textContent = one.about;
    item.append(about);
  }
  return item;
}

function equip(input: HTMLInputElement, number: number): void {
  const list = document.createElement("ul");
  list.id = `offered-${number}`;
  list.className = "offered noprint";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "搜索建议");
  list.hidden = true;
  input.after(list);
  // A box of the kind «search» may not be a combobox; the key on a phone's keyboard still says «search».
  input.type = "text";
  input.enterKeyHint = "search";
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  let shown: Offered[] = [];
  let chosen = -1;
  let typed = input.value;
  let timer: number | undefined;
  let asking: AbortController | undefined;

  const close = (): void => {
    asking?.abort();
    window.clearTimeout(timer);
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const draw = (): void => {
    list.replaceChildren(...shown.map((one, place) => line(one, `${list.id}-${place}`)));
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = shown.length === 0;
    input.setAttribute("aria-expanded", String(shown.length > 0));
  };
  const choose = (place: number): void => {
    chosen = place;
    [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === place)));
    const item = list.children[place];
    input.value = shown[place]?.text ?? typed;
    if (item) {
      input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const ask = (): void => {
    typed = input.value;
    window.clearTimeout(timer);
    asking?.abort();
    const words = typed.trim();
    if (words.length < 2) return close();
    timer = window.setTimeout(async () => {
      asking = new AbortController();
      const { signal } = asking;
      const found = await offered(words, signal);
      // Whoever has gone on meanwhile does not want it any more.
      if (signal.aborted || document.activeElement !== input) return;
      shown = found;
      draw();
    }, PAUSE_MS);
  };
  // While characters are put together by an input method, what stands in the box is nobody's question yet.
  input.addEventListener("input", (event) => !(event as InputEvent).isComposing && ask());
  input.addEventListener("compositionend", ask);
  input.addEventListener("blur", close);
  input.form?.addEventListener("submit", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(step(chosen, event.key === "ArrowDown" ? 1 : -1, shown.length));
    } else if (event.key === "Escape") {
      event.preventDefault();
      input.value = typed;
      close();
    } else if (event.key === "Enter" && shown[chosen]) {
      event.preventDefault();
      location.assign(shown[chosen].href);
    }
  });
  // The box keeps the focus, so that the list does not vanish under the finger.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const item = (event.target as Element).closest("li");
    const one = shown[[...list.children].indexOf(item as HTMLElement)];
    if (one) location.assign(one.href);
  });
}

export function suggestions(): void {
  document.querySelectorAll<HTMLInputElement>("form.search[action='/search'] input[name='q']").forEach(equip);
}
