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
