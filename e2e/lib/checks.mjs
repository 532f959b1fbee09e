// What holds for every page, whatever it shows.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { HtmlValidate } from "html-validate";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Violations of accessibility rules on the page as it stands, one line each. */
export async function axe(page) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  const violations = await page.evaluate(async (values) => {
    const result = await globalThis.axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] });
    return result.violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map((n) => [n.target.join(" "), n.html.slice(0, 160), n.any[0]?.message ?? ""]) }));
  }, TAGS);
  return violations.map(({ id, help, nodes }) =>
    `axe ${id}: ${help} (${nodes.length}×)\n  ${nodes.slice(0, 3).map(([target, html, why]) => `${target} — ${html}${why ? ` — ${why}` : ""}`).join("\n  ")}`);
}

/** The page must never be wider than the window: what sticks out, or nothing. */
export function overflow(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.body.querySelectorAll("*")]
      .filter((e) => e.getBoundingClientRect().right > clientWidth + 1 && !e.closest(".scroll, [data-scroll]"))
      .slice(0, 3)
      .map((e) => `${e.tagName.toLowerCase()}.${[...e.classList].join(".")} ${Math.round(e.getBoundingClientRect().right)}px "${(e.textContent ?? "").trim().slice(0, 30)}"`);
    return [`scrolls sideways: ${scrollWidth} > ${clientWidth}; ${wide.join("; ")}`];
  });
}

/** Dates, times, document numbers, telephone and index numbers that begin on one line and end on the next. */
export function broken(page) {
  return page.evaluate(() => {
    // A part of a longer code is no date.
    const NUMBER = /(?<![\d-])\d{4}-\d{2}-\d{2}(?![\d-])(?: \d{1,2}:\d{2})?|\d{4}年\d{1,2}月(?:\d{1,2}日)?|\d{1,2}月\d{1,2}日|〔\d{4}〕\d+号|\d{3,4}-\d{7,8}|[A-Z]{2}\d+\/\d{4}-\d+/g;
    const faults = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    for (let node = walker.nextNode(); node && faults.length < 5; node = walker.nextNode()) {
      if (!/\d/.test(node.data) || !node.parentElement?.checkVisibility() || node.parentElement.closest("svg, textarea, pre, .vh")) continue;
      for (const found of node.data.matchAll(NUMBER)) {
        range.setStart(node, found.index);
        range.setEnd(node, found.index + found[0].length);
        const lines = new Set([...range.getClientRects()].filter((box) => box.width > 0).map((box) => Math.round(box.top)));
        if (lines.size > 1) faults.push(`a number is broken over lines: “${found[0]}” in ${node.parentElement.tagName.toLowerCase()}.${[...node.parentElement.classList].join(".")}`);
      }
    }
    return faults;
  });
}

/** Words of one cell of a table that stand on those of another. */
export function overlaps(page) {
  return page.evaluate(() => {
    const range = document.createRange();
    const faults = [];
    for (const row of document.querySelectorAll("table tr")) {
      if (faults.length > 3) break;
      const cells = [...row.cells].filter((cell) => cell.checkVisibility() && cell.textContent.trim() !== "").slice(0, 20);
      const boxes = cells.map((cell) => {
        const words = [];
        const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          // What only a screen reader reads has no place.
          if (node.data.trim() === "" || node.parentElement.closest(".vh, svg")) continue;
          range.selectNodeContents(node);
          // What is cut off at an edge lies on nothing beyond it.
          let edge = Infinity;
          for (let box = node.parentElement; box && cell.contains(box); box = box.parentElement) {
            if (getComputedStyle(box).overflowX !== "visible") edge = Math.min(edge, box.getBoundingClientRect().right);
          }
          for (const { left, right, top, bottom } of range.getClientRects()) {
            if (left < edge) words.push({ left, right: Math.min(right, edge), top, bottom });
          }
        }
        return { cell, boxes: words };
      });
      for (const [at, one] of boxes.entries()) {
        const next = boxes[at + 1];
        const meets = (a, b) => a.left < b.right - 2 && b.left < a.right - 2 && a.top < b.bottom - 4 && b.top < a.bottom - 4;
        if (next && one.boxes.some((a) => next.boxes.some((b) => meets(a, b)))) {
          faults.push(`cells lie on each other: “${one.cell.textContent.trim().slice(0, 20)}” and “${next.cell.textContent.trim().slice(0, 20)}”`);
          break;
        }
      }
    }
    // Tables that stand side by side.
    const tables = [...document.querySelectorAll("table")].filter((table) => table.checkVisibility());
    for (const table of tables) {
      const room = table.parentElement.getBoundingClientRect();
      const scrolls = table.closest(".scroll, [data-scroll], .table-room");
      const neighbour = table.nextElementSibling;
      if (scrolls || neighbour?.tagName !== "TABLE") continue;
      const [a, b] = [table.getBoundingClientRect(), neighbour.getBoundingClientRect()];
      const wide = Math.max(a.right, ...[...table.rows].map((row) => row.getBoundingClientRect().right));
      if (a.top < b.bottom && b.top < a.bottom && wide > b.left + 1 && a.left < b.left) faults.push(`a table lies on its neighbour: ${Math.round(wide)} > ${Math.round(b.left)} in ${Math.round(room.width)} px`);
    }
    return faults.slice(0, 4);
  });
}

/** Columns by which a list is sorted and that lie beyond the edge of a desk's screen. */
export function cutOff(page) {
  return page.evaluate(() => {
    if (innerWidth < 1024) return [];
    return [...document.querySelectorAll(".scroll th:is([aria-sort=ascending], [aria-sort=descending])")]
      .filter((head) => head.getBoundingClientRect().right > head.closest(".scroll").getBoundingClientRect().right + 1)
      .map((head) => `a list is sorted by what nobody sees: “${head.textContent.trim()}”`);
  });
}

/** One h1, no heading level skipped. */
export function headings(page) {
  return page.evaluate(() => {
    const shown = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].filter((e) => e.checkVisibility());
    const faults = [];
    const first = shown.filter((e) => e.tagName === "H1").length;
    if (first !== 1) faults.push(`${first} h1`);
    return faults;
  });
}

/** Everything of the above, and nothing unwanted in console and network. Returns the faults. */
export async function sound(page) {
  const faults = [...(await overflow(page)), ...(await broken(page)), ...(await overlaps(page)), ...(await cutOff(page)), ...(await headings(page)), ...(await axe(page))];
  const { errors, foreign } = page.watched;
  faults.push(...errors.map((text) => `console: ${text}`), ...foreign.map((url) => `request elsewhere: ${url}`));
  return faults;
}

const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:standard"],
  elements: ["html5"],
  rules: {
    // The navigation has headings of its own before the page's first.
    "heading-level": ["error", { minInitialRank: "any" }],
    "no-dup-id": "error",
    "no-inline-style": "error",
    "no-implicit-close": "error",
    "valid-id": ["error", { relaxed: true }],
  },
});

/** Faults of the markup by the standard, one line each. */
export function markup(html) {
  const report = validator.validateStringSync(html);
  return report.results.flatMap(({ messages }) => messages)
    .filter(({ severity }) => severity === 2)
    .map(({ ruleId, message, line, column }) => `markup ${ruleId}: ${message} (${line}:${column} ${html.split("\n")[line - 1]?.slice(Math.max(0, column - 30), column + 60).trim()})`);
}

/** Runs `job` over `items`, `width` at a time. */
export async function pool(items, width, job) {
  const queue = [...items];
  const work = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await job(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, queue.length) }, work));
}
