// Two versions of one text beside each other: what stands in one of them alone. What was kept in this browser, or
// written over a version that is not there any more, is put in by hand, paragraph by paragraph, never over the other.
import { make } from "./dom";
import { parse } from "./inert";

/** The other side's text for reading: a string, or fields with their text without tags. */
export function readable(current: unknown): string {
  const plain = (text: string): string => parse(text).body.textContent ?? "";
  if (typeof current === "string") return plain(current);
  if (current === null || typeof current !== "object") return "";
  return Object.values(current)
    .filter((value): value is string => typeof value === "string")
    .map(plain)
    .join("\n\n");
}

const BLOCK_ENDS = /<\/(p|h\d|li|td|th|tr|caption|blockquote)>|<br\s*\/?>/g;

/** The paragraphs of a text, with or without markup; codes of choices are no paragraphs. */
export function paragraphs(value: string): string[] {
  const text = value.includes("</") ? readable(value.replace(BLOCK_ENDS, "$&\n")) : value;
  const lines = text.split("\n").map((line) => line.replace(/\s+/g, " ").trim());
  return lines.filter((line) => /[^\x20-\x7e]| /.test(line));
}

/** Those of `own` that `other` does not have, as often as it does not have them, in their order. */
export function alone(own: string[], other: string[]): string[] {
  const left = new Map<string, number>();
  for (const line of other) left.set(line, (left.get(line) ?? 0) + 1);
  return own.filter((line) => {
    const many = left.get(line) ?? 0;
    left.set(line, many - 1);
    return many <= 0;
  });
}

/** What each of two versions has alone, side by side. */
export function comparison(own: string[], theirs: string[], name: string): HTMLElement {
  const column = (head: string, lines: string[], tag: "ins" | "del"): HTMLElement => {
    const words =
      lines.length > 0 ? lines.map((line) => make("p", {}, make(tag, {}, line))) : [make("p", {}, "（没有）")];
    return make("div", {}, make("p", { class: "head" }, head), ...words);
  };
  return make(
    "div",
    { class: "diff", "data-comparison": "" },
    column(`只在${name}里有`, alone(own, theirs), "ins"),
    column("只在服务器上有", alone(theirs, own), "del"),
  );
}

/** How the page calls a field. */
export function nameOf(form: HTMLFormElement, field: string): string {
  const control = form.querySelector(`[name="${CSS.escape(field)}"]`);
  const legend = control?.matches("[type=radio]") ? control.closest("fieldset")?.querySelector("legend") : null;
  const label = legend ?? form.querySelector(`label[for="${CSS.escape(control?.id || field)}"]`);
  return (label?.textContent ?? field).replace("（选填）", "").trim();
}

/** The words of what was chosen or typed there. */
export function wordsOf(form: HTMLFormElement, field: string, value: string): string {
  for (const control of form.querySelectorAll(`[name="${CSS.escape(field)}"]`)) {
    if (control instanceof HTMLSelectElement)
      return [...control.options].find((option) => option.value === value)?.text ?? value;
    if (control instanceof HTMLInputElement && control.type === "radio" && control.value === value)
      return form.querySelector(`label[for="${CSS.escape(control.id)}"]`)?.firstChild?.textContent?.trim() ?? value;
  }
  return value;
}

/** Values that differ, whatever their blanks and the marks between words. */
export function differing(own: [string, string][], theirs: Record<string, string>): [string, string, string][] {
  const plain = (value: string): string => value.replace(/[\s、，,；;|]+/g, " ").trim();
  return own
    .filter(([field, value]) => field in theirs && plain(value) !== plain(theirs[field] ?? ""))
    .map(([field, value]) => [field, value, theirs[field] ?? ""]);
}

/** Two versions of a form field by field: the text by its paragraphs, any other field under its name. */
export function fieldwise(
  form: HTMLFormElement,
  own: [string, string][],
  theirs: Record<string, string>,
): [string[], string[]] {
  const told = (field: string, value: string): string[] => {
    if (value.includes("</")) return paragraphs(value);
    const words = wordsOf(form, field, value.trim());
    return words === "" ? [] : [`${nameOf(form, field)}：${words}`];
  };
  const fields = differing(own, theirs);
  return [
    fields.flatMap(([field, value]) => told(field, value)),
    fields.flatMap(([field, , value]) => told(field, value)),
  ];
}
