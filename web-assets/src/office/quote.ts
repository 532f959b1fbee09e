// What is selected in the text becomes the passage that a comment is about, and the passages of comments are marked in
// the text, each with a link to it. Without scripts they are typed and read.
import { make } from "./dom";

const LONGEST = 200;

export function quotes(): void {
  const field = document.querySelector<HTMLInputElement>("[data-quote]");
  const paper = document.querySelector<HTMLElement>("article.paper");
  if (!field || !paper) return;
  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    if (!selection?.anchorNode || !selection.focusNode) return;
    if (!paper.contains(selection.anchorNode) || !paper.contains(selection.focusNode)) return;
    const words = selection.toString().replace(/\s+/g, " ").trim();
    if (words !== "") field.value = words.slice(0, LONGEST);
  });
}

/** The first place of these words in the text, marked; null where they stand nowhere in one piece. */
function marked(paper: HTMLElement, words: string): HTMLElement | null {
  const walker = document.createTreeWalker(paper, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const at = (node.textContent ?? "").indexOf(words);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + words.length);
    const mark = make("mark", {});
    range.surroundContents(mark);
    return mark;
  }
  return null;
}

export function passages(): void {
  const paper = document.querySelector<HTMLElement>("article.paper");
  if (!paper) return;
  document.querySelectorAll<HTMLElement>("#comments [data-quoted]").forEach((quote, index) => {
    const words = (quote.textContent ?? "").trim();
    const mark = words === "" ? null : marked(paper, words);
    if (!mark) return;
    mark.id = `passage-${index}`;
    const link = make("a", { href: `#${mark.id}` });
    quote.replaceWith(link);
    link.append(quote);
  });
}
