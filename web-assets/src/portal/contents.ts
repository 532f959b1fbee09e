// Marks in the list of contents what is being read.

export function currentHeading(): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>(".toc a[href^='#']")];
  if (links.length === 0 || !("IntersectionObserver" in window)) return;
  const places = new Map<Element, HTMLAnchorElement>();
  for (const link of links) {
    const place = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (place) places.set(place, link);
  }
  const mark = (): void => {
    // The last heading above the upper third of the window is the one whose text is read.
    const line = window.innerHeight / 3;
    const passed = [...places].filter(([place]) => place.getBoundingClientRect().top <= line);
    const now = passed.length > 0 ? passed[passed.length - 1][1] : links[0];
    for (const link of links) {
      if (link === now) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  const observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -66% 0px" });
  for (const place of places.keys()) observer.observe(place);
}
