// A field that is full takes no more, and browsers cut what is pasted without a word: the field says so.
import { make } from "./dom";

/** Shorter fields hold a date or a name; whoever fills them sees all of them. */
const LEAST = 60;

function told(field: HTMLInputElement | HTMLTextAreaElement): void {
  const id = `${field.id}-full`;
  const full = field.value.length >= field.maxLength;
  const before = document.getElementById(id);
  if (!full) return before?.remove();
  if (before) return;
  const text = `已到 ${field.maxLength} 字的上限，后面的文字没有放进来，请核对末尾。`;
  field.after(make("p", { class: "err", id, role: "status" }, text));
}

export function limits(): void {
  document.addEventListener("input", ({ target }) => {
    const field = target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement ? target : null;
    if (field?.id && field.maxLength >= LEAST) told(field);
  });
}
