// Keyboard for lists and pages: the current row, letters for its buttons, ways to other places.
import { keep, typing } from "./dom";
import { meaning } from "./shortcut";

const SETTING = "gongkai:keys";
const ROWS = "table[data-list] tbody tr:not(.g)";

const lettersOn = (): boolean => keep.get(SETTING) !== "off";
const rows = (): HTMLTableRowElement[] => [...document.querySelectorAll<HTMLTableRowElement>(ROWS)];
const current = (): HTMLTableRowElement | null =>
  document.querySelector<HTMLTableRowElement>(`${ROWS.replace("tr", "tr.on")}`);
const placeKey = (): string => `gongkai:row:${location.pathname}`;
const linkOf = (row: Element): HTMLAnchorElement | null => row.querySelector<HTMLAnchorElement>("a[href]");

function mark(row: HTMLTableRowElement, focus: boolean): void {
  for (const other of rows()) other.classList.toggle("on", other === row);
  const link = linkOf(row);
  if (focus) {
    // Focus follows, so that screen readers hear the row and Enter opens it without us.
    if (!link) row.tabIndex = -1;
    (link ?? row).focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
  try {
    if (link) sessionStorage.setItem(placeKey(), link.getAttribute("href") ?? "");
  } catch {
    /* the place is a convenience */
  }
}

function move(by: 1 | -1): void {
  const all = rows();
  if (all.length === 0) return;
  const row = current();
  const index = row ? all.indexOf(row) + by : by > 0 ? 0 : all.length - 1;
  const next = all[Math.max(0, Math.min(all.length - 1, index))];
  if (next) mark(next, true);
}

/**
 * Brings somebody to a decision that no letter makes: to what is still to be filled in before it (the field that the
 * button names,
 * the first box of its form that is not ticked), else to the button itself.
 */
function approach(button: HTMLElement): void {
  const named = button.dataset.keyFocus;
  const field = named ? document.getElementById(named) : null;
  const empty = field instanceof HTMLTextAreaElement && field.value.trim() === "" ? field : null;
  const box = named ? null : button.closest("form")?.querySelector<HTMLElement>("input[data-tick]:not(:checked)");
  const target = empty ?? box ?? button;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: "center" });
}

/** Clicks what carries the letter: in the current row first, else on the page outside the list. */
function pressLetter(letter: string): boolean {
  const selector = `[data-key="${letter}"]:not([disabled])`;
  const inRow = current()?.querySelector<HTMLElement>(selector);
  const onPage = [...document.querySelectorAll<HTMLElement>(selector)].find(
    (item) => !item.closest("table[data-list]"),
  );
  const target = inRow ?? onPage;
  if (target?.dataset.keyFocus !== undefined) approach(target);
  else target?.click();
  return target !== undefined && target !== null;
}

function save(): boolean {
  const form = document.activeElement?.closest("form[data-autosave]") ?? document.querySelector("form[data-autosave]");
  if (form) return (form.dispatchEvent(new CustomEvent("save-now")), true);
  const target = document.querySelector<HTMLElement>("[data-save]");
  target?.click();
  return true;
}

function open(id: string): void {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

function restorePlace(): void {
  let href: string | null = null;
  try {
    href = sessionStorage.getItem(placeKey());
  } catch {
    return;
  }
  const row = href && rows().find((candidate) => linkOf(candidate)?.getAttribute("href") === href);
  if (row) mark(row, false);
}

export function keys(): void {
  let goingUntil = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    const target = event.target;
    const act = meaning(event, {
      typing: typing(target),
      dialog: document.querySelector("dialog[open]") !== null,
      letters: lettersOn(),
      going: event.timeStamp < goingUntil,
      active: target instanceof Element && target.closest("a[href], button, summary, input") !== null,
    });
    goingUntil = 0;
    let done = true;
    switch (act.do) {
      case "none":
        return;
      case "move":
        move(act.by);
        break;
      case "going":
        goingUntil = event.timeStamp + 1500;
        break;
      case "go": {
        const link = document.querySelector<HTMLAnchorElement>(`a[data-go="${act.to}"]`);
        link?.click();
        break;
      }
      case "open": {
        const link = current() && linkOf(current() as Element);
        done = Boolean(link);
        link?.click();
        break;
      }
      case "pick": {
        const box = current()?.querySelector<HTMLInputElement>("input[type=checkbox]");
        done = Boolean(box);
        box?.click();
        break;
      }
      case "search": {
        const field = document.querySelector<HTMLInputElement>("[data-search], main input[type=search]");
        done = Boolean(field);
        field?.focus();
        field?.select();
        break;
      }
      case "help":
        open("keysheet");
        break;
      case "palette":
        document.dispatchEvent(new CustomEvent("open-palette"));
        break;
      case "save":
        done = save();
        break;
      case "confirm": {
        const form =
          (target as Element | null)?.closest("form[data-confirm-key]") ??
          document.querySelector("form[data-confirm-key]");
        done = form instanceof HTMLFormElement;
        // Opens the confirmation; the confirmation alone sends.
        // Where a button, not the form, carries the question, it is as if that button were pressed.
        if (form instanceof HTMLFormElement)
          form.requestSubmit(
            form.dataset.confirm ? null : form.querySelector<HTMLButtonElement>("button[data-confirm]"),
          );
        break;
      }
      case "block":
        break;
      case "back": {
        const link = document.querySelector<HTMLAnchorElement>("a[data-back]");
        done = Boolean(link);
        link?.click();
        break;
      }
      case "press":
        done = pressLetter(act.letter);
        break;
    }
    if (done) event.preventDefault();
  });

  document.addEventListener("focusin", (event) => {
    const row = (event.target as Element).closest<HTMLTableRowElement>(ROWS);
    if (row && !row.classList.contains("on")) mark(row, false);
  });
  const setting = document.querySelector<HTMLInputElement>("[data-keys-setting]");
  if (setting) {
    setting.checked = lettersOn();
    setting.addEventListener("change", () => keep.set(SETTING, setting.checked ? "on" : "off"));
  }
  const names = document.querySelector("[data-go-names]");
  const ways = [...document.querySelectorAll<HTMLElement>("a[data-go]")].map(
    (link) => `${(link.dataset.go ?? "").toUpperCase()} ${(link.firstChild?.textContent ?? "").trim()}`,
  );
  if (names && ways.length > 0) names.textContent = ways.join("，");
  for (const hint of document.querySelectorAll<HTMLElement>("[data-keys-hint]")) hint.hidden = !lettersOn();
  restorePlace();
}
