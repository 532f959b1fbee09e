// What a key press means, as a pure function, so that the rules can be tested without a browser.

export interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  isComposing: boolean;
  keyCode: number;
}

export interface Where {
  /** The person is writing into a field. */
  typing: boolean;
  /** A dialog is open. */
  dialog: boolean;
  /** Single letters are switched on. */
  letters: boolean;
  /** G was pressed just before. */
  going: boolean;
  /** The focus is on something that Enter already acts on. */
  active: boolean;
}

export type Meaning =
  | { do: "none" }
  | { do: "palette" | "save" | "confirm" | "block" | "search" | "help" | "going" | "open" | "pick" | "back" }
  | { do: "move"; by: 1 | -1 }
  | { do: "go"; to: string }
  | { do: "press"; letter: string };

const NONE: Meaning = { do: "none" };

export function meaning(press: Press, where: Where): Meaning {
  // While an input method composes, every key belongs to it (229 is what older browsers send instead of the flag).
  if (press.isComposing || press.keyCode === 229 || press.altKey) return NONE;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (press.ctrlKey || press.metaKey) {
    if (key === "Enter") return press.shiftKey ? { do: "confirm" } : { do: "block" };
    if (press.shiftKey) return NONE;
    if (key === "k") return { do: "palette" };
    if (key === "s") return { do: "save" };
    return NONE;
  }
  if (where.typing || where.dialog || !where.letters) return NONE;
  if (where.going && /^[a-z]$/.test(key)) return { do: "go", to: key };
  switch (key) {
    case "j":
      return { do: "move", by: 1 };
    case "k":
      return { do: "move", by: -1 };
    case "x":
      return { do: "pick" };
    case "g":
      return { do: "going" };
    case "/":
      return { do: "search" };
    case "?":
      return { do: "help" };
    case "Enter":
      return where.active ? NONE : { do: "open" };
    case "Escape":
      return { do: "back" };
    case "c":
    case "a":
    case "r":
    case "e":
    case "n":
      return { do: "press", letter: key };
    default:
      return NONE;
  }
}
