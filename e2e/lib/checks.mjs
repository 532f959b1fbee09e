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
  const faults = [...(await overflow(page)), ...(await headings(page)), ...(await axe(page))];
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
