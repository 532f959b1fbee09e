// What the page tells of the text as it was just saved.
import { parse } from "./inert";

/** The parts of an answer that the page shows anew. */
interface Told {
  panel?: string;
  needs?: string;
  confirm?: string;
}

/** The panel of checks, the list of what is needed and the question before submitting tell of what was just saved. */
export function renewTold(saved: Told): void {
  const told: [string, string | undefined][] = [
    ["[data-checks]", saved.panel],
    ["[data-wanted]", saved.needs],
  ];
  for (const [where, html] of told) {
    const place = document.querySelector(where);
    if (!place || html === undefined) continue;
    const page = parse(html);
    place.replaceChildren(...[...page.body.childNodes].map((node) => document.importNode(node, true)));
  }
  const ask = document.querySelector<HTMLElement>("button[data-saved-first]");
  if (ask && saved.confirm !== undefined) ask.dataset.confirm = saved.confirm;
}
