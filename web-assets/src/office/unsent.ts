// What was written into a decision and not sent is not left without a question, whatever leads away: a link, a letter,
// another form.

/** What a form holds, and whether that is anybody's words: what came back with an error is not stored either. */
const written = (form: HTMLFormElement): boolean =>
  [...form.querySelectorAll("textarea")].some((field) => field.value.trim() !== "") ||
  [...form.querySelectorAll<HTMLInputElement>("input[type=checkbox]")].some(
    (box) => box.checked !== box.defaultChecked,
  );

export function unsent(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-unsent]")) {
    let leaving = false;
    // On the window, after every other listener: only a submission that really goes lets the page be left unasked.
    addEventListener("submit", (event) => {
      if (event.target === form && !event.defaultPrevented) leaving = true;
    });
    addEventListener("pageshow", () => (leaving = false));
    addEventListener("beforeunload", (event) => {
      if (!leaving && written(form)) event.preventDefault();
    });
  }
}
