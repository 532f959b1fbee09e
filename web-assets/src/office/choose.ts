// Choices that send their form at once do so for a pointer. By keyboard every arrow is a choice, so that nobody could
// reach the third: there the button of the form sends.

export function choices(): void {
  let pointed = false;
  addEventListener("pointerdown", () => (pointed = true), { capture: true });
  addEventListener("keydown", () => (pointed = false), { capture: true });
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!pointed || !(field instanceof HTMLElement) || !field.matches("[data-auto-submit]")) return;
    field.closest("form")?.requestSubmit();
  });
}
