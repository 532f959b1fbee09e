// What is selected in the text becomes the passage that a comment is about. Without scripts it is typed.

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
