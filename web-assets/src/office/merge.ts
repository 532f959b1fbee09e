// Two people wrote over one version of a form: each field with both values, and whose is kept. What one of them alone
// changed is chosen already; what both changed is chosen by whoever saves.
import { comparison, nameOf, paragraphs, readable, wordsOf } from "./compare";
import { make } from "./dom";

export type Side = "own" | "theirs";

export interface Difference {
  field: string;
  own: string;
  theirs: string;
  /** Who changed it since the version that both saw. */
  by: Side | "both";
}

/** What a value says, whatever its markup and its blanks; a picture is a word of it. */
const said = (value: string): string => {
  const pictures = " ▣".repeat((value.match(/<img\b/g) ?? []).length);
  const spaced = value.replace(/<\/(p|h\d|li|td|th|tr|caption|blockquote)>|<br\s*\/?>/g, " $&");
  return ((value.includes("</") ? readable(spaced) : value) + pictures).replace(/[\s、，,；;|]+/g, " ").trim();
};

/** The fields in which two forms differ, and who changed each since `base`. */
export function differences(
  base: [string, string][],
  own: [string, string][],
  theirs: Record<string, string>,
  read: (value: string) => string = said,
): Difference[] {
  const before = new Map(base);
  return own
    .filter(([field, value]) => field in theirs && read(value) !== read(theirs[field] ?? ""))
    .map(([field, value]) => {
      const other = theirs[field] ?? "";
      const was = read(before.get(field) ?? "");
      const by: Difference["by"] = was === read(other) ? "own" : was === read(value) ? "theirs" : "both";
      return { field, own: value, theirs: other, by };
    });
}

/** Whether two lists tell the same. */
export function alike(one: Difference[], other: Difference[]): boolean {
  const told = ({ field, own, theirs, by }: Difference): string[] => [field, own, theirs, by];
  const print = (list: Difference[]): string => JSON.stringify(list.map(told));
  return print(one) === print(other);
}

/** What nobody chose yet: what one side alone changed is its own. */
export const byItself = (one: Difference): Side | null => (one.by === "both" ? null : one.by);

/**
 * What stays chosen when the form was written on since the choice: its own side takes the new words with it, the other
 * side would put them away, so that is chosen anew.
 */
export function kept(before: Difference[], chosen: (field: string) => Side | null): (one: Difference) => Side | null {
  return (one) => {
    const was = before.find(({ field }) => field === one.field);
    if (!was) return byItself(one);
    const side = chosen(one.field);
    if (was.own === one.own && was.theirs === one.theirs) return side;
    return side === "own" ? side : one.by === "own" ? "own" : null;
  };
}

/** The form with what was chosen, in its own order; null while something is still to be chosen. */
export function merged(
  own: [string, string][],
  list: Difference[],
  chosen: (field: string) => Side | null,
): [string, string][] | null {
  const taken = new Map<string, string>();
  for (const one of list) {
    const side = chosen(one.field);
    if (side === null) return null;
    if (side === "theirs") taken.set(one.field, one.theirs);
  }
  return own.map(([field, value]) => [field, taken.get(field) ?? value]);
}

const TOLD = { own: "只有这里改过", theirs: "只有服务器上的改过", both: "两边都改过，请选择" };

/** A field with both values and the choice between them. The choices belong to no form, so that nobody sends them. */
function choice(form: HTMLFormElement, one: Difference, chosen: Side | null): HTMLElement {
  const pick = (side: Side, label: string): HTMLElement => {
    const id = `merge-${one.field}-${side}`;
    const box = make("input", { type: "radio", id, name: `merge-${one.field}`, value: side, form: "" });
    box.checked = chosen === side;
    return make("div", { class: "pick" }, box, make("label", { for: id }, label));
  };
  const column = (head: string, value: string): HTMLElement => {
    const words = wordsOf(form, one.field, value.trim()) || "（没有填）";
    return make("div", {}, make("p", { class: "head" }, head), make("p", {}, words));
  };
  const both = [one.own, one.theirs].some((value) => value.includes("</"))
    ? comparison(paragraphs(one.own), paragraphs(one.theirs), "您写的文字")
    : make("div", { class: "diff" }, column("您写的", one.own), column("服务器上的", one.theirs));
  return make(
    "fieldset",
    { "data-merge": one.field },
    make("legend", {}, `${nameOf(form, one.field)}：${TOLD[one.by]}`),
    both,
    pick("own", "用我写的"),
    pick("theirs", "用服务器上的"),
  );
}

/** All fields that differ, for the page. */
export function choices(form: HTMLFormElement, list: Difference[], chosen = byItself): HTMLElement {
  return make("div", { class: "stack" }, ...list.map((one) => choice(form, one, chosen(one))));
}

/** What is chosen in them. */
export function chosenIn(box: HTMLElement): (field: string) => Side | null {
  return (field) => {
    const name = CSS.escape(`merge-${field}`);
    const value = box.querySelector<HTMLInputElement>(`input[name="${name}"]:checked`)?.value;
    return value === "own" || value === "theirs" ? value : null;
  };
}
