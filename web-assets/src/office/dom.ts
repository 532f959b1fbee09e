// Small helpers. Text is always set as text, never as HTML.

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A button that does not send its form. */
export function button(label: string, kind: string, click: () => void): HTMLButtonElement {
  const element = make("button", { type: "button", class: `btn ${kind}`.trim() }, label);
  element.addEventListener("click", click);
  return element;
}

/**
 * The button that was pressed, or the one that stands in its place after its part of the page was read anew. Never
 * another one: if it is gone there is none.
 */
export function stillThere(pressed: HTMLElement | null): HTMLElement | null {
  if (pressed === null || pressed.isConnected) return pressed;
  const name = pressed.getAttribute("name");
  const form = pressed.getAttribute("form");
  if (name === null || form === null) return null;
  return document.querySelector<HTMLElement>(`button[name="${CSS.escape(name)}"][form="${CSS.escape(form)}"]`);
}

/** True while the person types into this element, so that letters are letters. */
export function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return (
    target.matches("input") &&
    !target.matches("[type=checkbox], [type=radio], [type=submit], [type=button], [type=file]")
  );
}

/** localStorage may be full or forbidden; then nothing is kept and the caller says so. */
export const keep = {
  get(key: string): string | null {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key: string, value: string): boolean {
    try {
      localStorage.setItem(key, value);
      return true;
    } catch {
      return false;
    }
  },
  drop(key: string): void {
    try {
      localStorage.removeItem(key);
    } catch {
      /* nothing is kept, nothing to drop */
    }
  },
};
