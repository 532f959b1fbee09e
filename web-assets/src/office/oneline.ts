// A box that grows with its one line: a title may be longer than the window, and has no second line.
export function oneLine(): void {
  for (const box of document.querySelectorAll<HTMLTextAreaElement>("textarea[data-one-line]")) {
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing && event.keyCode !== 229) event.preventDefault();
    });
    box.addEventListener("input", () => {
      if (/[\r\n]/.test(box.value)) box.value = box.value.replace(/\s*[\r\n]+\s*/g, " ");
    });
  }
}
