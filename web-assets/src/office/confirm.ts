// Acts that are public or cannot be undone state their effect in a dialog before the form goes.
// Also keeps a second click from sending the same form twice.
import { button, make, stillThere } from "./dom";

const confirmed = new WeakSet<HTMLFormElement>();

function ask(form: HTMLFormElement, submitter: HTMLElement | null, effect: string): void {
  const source = submitter?.dataset.confirm ? submitter : form;
  const word = source.dataset.confirmButton ?? submitter?.textContent?.trim() ?? "确定";
  const title = make("h2", { id: "confirm-title" }, source.dataset.confirmTitle ?? `确定要“${word}”吗？`);
  const lines = effect
    .split("|")
    .map((line) => line.trim())
    .filter(Boolean);
  const body =
    lines.length > 1 ? make("ul", {}, ...lines.map((line) => make("li", {}, line))) : make("p", {}, lines[0] ?? "");
  body.id = "confirm-effect";
  const dialog = make(
    "dialog",
    { class: "confirm", "aria-labelledby": title.id, "aria-describedby": body.id },
    title,
    body,
  );
  const cancel = button("取消", "", () => dialog.close());
  const go = button(word, submitter?.classList.contains("danger") ? "danger" : "main", () => {
    confirmed.add(form);
    dialog.close();
    const pressed = stillThere(submitter);
    form.requestSubmit(pressed instanceof HTMLButtonElement || pressed instanceof HTMLInputElement ? pressed : null);
  });
  dialog.append(make("div", { class: "submit" }, go, cancel));
  dialog.addEventListener("close", () => {
    dialog.remove();
    submitter?.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  // The safe choice has the focus: Enter pressed once too often does nothing.
  cancel.focus();
}

export function confirmations(): void {
  const sent = new WeakSet<HTMLFormElement>();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method === "dialog") return;
    const submitter = event.submitter;
    const effect = submitter?.dataset.confirm ?? form.dataset.confirm;
    // What would be refused is not asked first: the page says what is still to be ticked.
    const open = submitter?.hasAttribute("formaction") ? null : form.querySelector("input[data-tick]:not(:checked)");
    if (effect && !open && !confirmed.has(form)) {
      event.preventDefault();
      ask(form, submitter, effect);
      return;
    }
    confirmed.delete(form);
    if (form.method !== "post" || form.hasAttribute("data-upload")) return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    sent.add(form);
    // Back from the next page, or after an answer that did not replace the page, it may be sent again.
    setTimeout(() => sent.delete(form), 4000);
  });
}
