// Ctrl+K: every place of the rail, every [data-command] of the page and every line of its list, found by typing any of
// their characters in order; acts, texts, plans, duties, organs and accounts that hold the words or whose names have
// these first letters in pinyin (shlc is 审核流程), which the server looks up; what is typed can be looked for in the
// lists of documents and duties, too.
import { make } from "./dom";

interface Command {
  label: string;
  group: string;
  run: () => void;
}

/** What the server found. */
interface Hit {
  group: string;
  label: string;
  about: string;
  href: string;
}

/** How long typing pauses before the server is asked. */
const PAUSE_MS = 150;

/** What the server finds under these words; nothing when it cannot be reached, since the commands work without it. */
async function look(words: string, signal: AbortSignal): Promise<Command[]> {
  if (words === "") return [];
  try {
    const answer = await fetch(`/find?q=${encodeURIComponent(words)}`, {
      signal,
      headers: { accept: "application/json" },
    });
    if (!answer.ok || answer.redirected) return [];
    const hits = (await answer.json()) as Hit[];
    return hits.map((hit) => ({
      label: hit.label,
      group: [hit.group, hit.about].filter(Boolean).join("　"),
      run: () => location.assign(hit.href),
    }));
  } catch {
    return [];
  }
}

/** How far letters may lie apart and still be meant: further apart they stand in every long title. */
const APART = 2;

/**
 * Lower is better, null is no match: the whole name, then names that begin with the words, then those that hold them,
 * the nearer to the beginning the better; last those that have their characters in this order, close together.
 */
export function rank(label: string, query: string): number | null {
  const text = label.toLowerCase();
  const wanted = query.trim().toLowerCase();
  if (wanted === "" || text === wanted) return 0;
  const at = text.indexOf(wanted);
  if (at >= 0) return 1 + Math.min(at, 48);
  let place = text.indexOf(wanted[0] ?? "");
  if (place < 0) return null;
  let gaps = 0;
  for (const character of wanted.slice(1)) {
    const next = text.indexOf(character, place + 1);
    if (next < 0) return null;
    gaps += next - place - 1;
    place = next;
  }
  return gaps <= APART * wanted.length ? 100 + gaps : null;
}

/** What the server found by another name, a number or an alias, and the place in its list. */
const BY_OTHER_WORDS = 60;

/** Commands of the page and what the server found in one order: the best first, of equals in the order given. */
export function ordered<T extends { label: string }>(own: T[], found: T[], query: string): T[] {
  const of = (items: T[], otherwise: number | null): { item: T; value: number }[] =>
    items
      .map((item) => ({ item, value: rank(item.label, query) ?? otherwise }))
      .filter((entry): entry is { item: T; value: number } => entry.value !== null);
  const here = new Set(own.filter((one) => rank(one.label, query) !== null).map((one) => one.label));
  const others = found.filter((one) => !here.has(one.label));
  return [...of(own, null), ...of(others, BY_OTHER_WORDS)].sort((a, b) => a.value - b.value).map((entry) => entry.item);
}

function commands(): Command[] {
  const found: Command[] = [];
  for (const item of document.querySelectorAll<HTMLElement>("[data-command]:not([disabled])")) {
    found.push({
      label: item.dataset.command || (item.textContent ?? "").trim(),
      group: "本页",
      run: () => item.click(),
    });
  }
  for (const link of document.querySelectorAll<HTMLAnchorElement>(".rail .groups a")) {
    const label = (link.firstChild?.textContent ?? "").trim();
    const group = link.closest(".groups > div")?.querySelector("h2")?.textContent ?? "";
    found.push({ label, group, run: () => link.click() });
  }
  return found;
}

/** The lines of the list that the page shows, by their titles. */
function lines(): Command[] {
  const links = document.querySelectorAll<HTMLAnchorElement>("[data-list] tbody td > a[href]");
  return [...links].map((link) => ({
    label: (link.textContent ?? "").trim(),
    group: "本页列表",
    run: () => link.click(),
  }));
}

/** Lists that are looked through by words; only those that the person may open. */
const SEARCHED: [string, string][] = [
  ["/documents", "稿件"],
  ["/duties", "任务台账"],
];

function searches(words: string): Command[] {
  if (words === "") return [];
  const open = SEARCHED.filter(([href]) => document.querySelector(`.rail a[href="${href}"]`));
  return open.map(([href, name]) => ({
    label: `在${name}中查找“${words}”`,
    group: "查找",
    run: () => location.assign(`${href}?q=${encodeURIComponent(words)}`),
  }));
}

export function palette(): void {
  const dialog = document.getElementById("palette");
  const input = dialog?.querySelector("input");
  const list = dialog?.querySelector("ul");
  if (!(dialog instanceof HTMLDialogElement) || !input || !list) return;
  let all: Command[] = [];
  let found: Command[] = [];
  let shown: Command[] = [];
  let chosen = 0;
  let asking: AbortController | undefined;
  let timer: number | undefined;
  // Whether the server has answered for what stands in the field.
  let answered = true;

  const choose = (index: number): void => {
    chosen = index;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === index)));
    const item = list.children[index];
    if (item?.id) input.setAttribute("aria-activedescendant", item.id);
    else input.removeAttribute("aria-activedescendant");
    item?.scrollIntoView({ block: "nearest" });
  };
  const draw = (): void => {
    shown = [...ordered(all, found, input.value), ...searches(input.value.trim())];
    list.replaceChildren(
      ...shown.map((command, index) => {
        const item = make(
          "li",
          { role: "option", id: `command-${index}` },
          make("span", {}, command.label),
          make("span", { class: "quiet" }, command.group),
        );
        item.addEventListener("click", () => run(index));
        return item;
      }),
    );
    if (shown.length > 0) return choose(Math.min(chosen, shown.length - 1));
    input.removeAttribute("aria-activedescendant");
    const text = answered ? "没有找到，换个词试试" : "正在查找";
    list.append(make("li", { class: "none", role: "option", "aria-disabled": "true" }, text));
  };
  const type = (): void => {
    window.clearTimeout(timer);
    asking?.abort();
    chosen = 0;
    found = [];
    const words = input.value.trim();
    answered = words === "";
    draw();
    if (answered) return;
    const own = new AbortController();
    asking = own;
    timer = window.setTimeout(async () => {
      const hits = await look(words, own.signal);
      if (own.signal.aborted || !dialog.open) return;
      found = hits;
      answered = true;
      draw();
    }, PAUSE_MS);
  };
  const run = (index: number): void => {
    const command = shown[index];
    if (!command) return;
    dialog.close();
    command.run();
  };

  document.addEventListener("open-palette", () => {
    if (dialog.open || document.querySelector("dialog[open]")) return;
    all = [...commands(), ...lines()];
    input.value = "";
    dialog.showModal();
    type();
  });
  input.addEventListener("input", type);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length > 0) choose((chosen + step + shown.length) % shown.length);
    else if (event.key === "Enter") run(chosen);
    else return;
    event.preventDefault();
  });
}
