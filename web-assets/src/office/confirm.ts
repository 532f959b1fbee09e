// Acts that are public or cannot be undone state their effect in a dialog before the form goes; what the act needs and
// is not filled in is told before that, at its field. Also keeps a second click from sending the same form twice.
import { button, make, stillThere } from "./dom";

const confirmed = new WeakSet<HTMLFormElement>();

/** `many` stands for {n} in the words of a form that is about several things. */
function ask(form: HTMLFormElement, submitter: HTMLElement | null, effect: string, many: number): void {
  const told = (text: string): string => text.replaceAll("{n}", String(many));
  const source = submitter?.dataset.confirm ? submitter : form;
  const word = source.dataset.confirmButton ?? submitter?.textContent?.trim() ?? "确定";
  const title = make("h2", { id: "confirm-title" }, told(source.dataset.confirmTitle ?? `确定要“${word}”吗？`));
  const lines = told(effect)
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

/** Names of the fields that must be filled in: what the button says, else the form where the button asks nothing. */
export function needs(form: HTMLElement, submitter: HTMLElement | null): string[] {
  const own = submitter?.dataset.needs ?? (submitter?.dataset.confirm ? "" : form.dataset.needs);
  return (own ?? "").split(" ").filter(Boolean);
}

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** Those of them that are empty, in the order of the page. */
function missing(form: HTMLFormElement, submitter: HTMLElement | null): Field[] {
  const names = needs(form, submitter);
  const fields = [...form.querySelectorAll<Field>("input, textarea, select")];
  return fields.filter((field) => names.includes(field.name) && !field.disabled && field.value.trim() === "");
}

/** Says at the field that it is to be filled in, as the server would. */
function tell(form: HTMLFormElement, field: Field): void {
  const id = `${field.id}-err`;
  const about = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((one) => one !== "" && one !== id);
  const box = field.closest(".field");
  const label = form.querySelector(`label[for="${CSS.escape(field.id)}"]`)?.textContent?.trim() ?? "";
  document.getElementById(id)?.remove();
  field.before(make("p", { class: "err", id }, make("span", { class: "vh" }, "错误："), `请填写“${label}”。`));
  box?.classList.add("bad");
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", [...about, id].join(" "));
  const told = (): void => {
    if (field.value.trim() === "") return;
    field.removeEventListener("input", told);
    document.getElementById(id)?.remove();
    box?.classList.remove("bad");
    field.removeAttribute("aria-invalid");
    if (about.length > 0) field.setAttribute("aria-describedby", about.join(" "));
    else field.removeAttribute("aria-describedby");
  };
  field.addEventListener("input", told);
}

/** How many boxes of a list are picked; -1 where nothing is picked from a list. */
export function picked(form: HTMLElement): number {
  if (form.dataset.picks === undefined) return -1;
  return form.querySelectorAll("input[data-pick]:checked").length;
}

export function confirmations(): void {
  const sent = new WeakSet<HTMLFormElement>();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method === "dialog") return;
    const submitter = event.submitter;
    const effect = submitter?.dataset.confirm ?? form.dataset.confirm;
    // What would be refused is not asked first: the page says what is still to be ticked or picked. A button with a
    // question or an address of its own is another act.
    const other = submitter?.dataset.confirm !== undefined || submitter?.hasAttribute("formaction");
    const many = picked(form);
    const open = !other && (many === 0 || form.querySelector("input[data-tick]:not(:checked)") !== null);
    const empty = effect && !confirmed.has(form) ? missing(form, submitter) : [];
    if (empty[0]) {
      event.preventDefault();
      for (const field of empty) tell(form, field);
      empty[0].focus();
      return;
    }
    if (effect && !open && !confirmed.has(form)) {
      event.preventDefault();
      ask(form, submitter, effect, many);
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
