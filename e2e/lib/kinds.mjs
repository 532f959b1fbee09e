// Of many pages one of each kind, looked at in a browser; faults told once, with the pages that have them.
import { close, open } from "./browser.mjs";
import { sound } from "./checks.mjs";
import { features, kind } from "./links.mjs";
import { check } from "./report.mjs";

const SIDE_BY_SIDE = 3;
const EXAMPLES = 3;

/** Faults gathered by page, so that one broken template is one message. */
export class Faults {
  list = new Map();

  /** Notes faults of one page. */
  add(path, faults) {
    for (const fault of faults) {
      // The same mistake of one template stands on many pages, each time at another place.
      const key = fault.split("\n")[0].replace(/ \(.*$/, "");
      const seen = this.list.get(key) ?? { fault, paths: [] };
      seen.paths.push(path);
      this.list.set(key, seen);
    }
  }

  /** Fails when there are any. */
  none() {
    const lines = [...this.list.values()].map(({ fault, paths }) => `${fault}\n  on ${paths.slice(0, 4).join(" ")}${paths.length > 4 ? ` and ${paths.length - 4} more` : ""}`);
    check(lines.length === 0, `${lines.length} faults\n${lines.join("\n")}`);
  }
}

/**
 * For each kind of page, and each set of pieces on it, one example; all of them when asked.
 * examples: of one kind at most · looked: what others have been shown already, and are not shown again (their keys are added).
 */
export function representatives(pages, { examples = EXAMPLES, looked = new Set() } = {}) {
  const all = process.env.GONGKAI_E2E_ALL === "1";
  const seen = new Map();
  const count = new Map();
  for (const page of [...pages.values()].sort((a, b) => b.html.length - a.html.length)) {
    const of = `${kind(page.path)}${page.path.includes("?") ? page.path : ""}`;
    const key = all ? page.path : `${of}|${features(page.html)}|${page.status}`;
    if (seen.has(key) || (!all && ((count.get(of) ?? 0) >= examples || looked.has(key)))) continue;
    seen.set(key, page);
    count.set(of, (count.get(of) ?? 0) + 1);
  }
  for (const key of seen.keys()) looked.add(key);
  return [...seen.values()];
}

/** Looks at each of the pages in a browser, a few side by side. */
export async function inBrowser(browser, origin, chosen, options) {
  const faults = new Faults();
  const queue = [...chosen];
  const look = async () => {
    const page = await open(browser, { origin, ...options });
    for (let next = queue.shift(); next; next = queue.shift()) {
      page.watched.reset();
      try {
        const answer = await page.goto(next.path, { waitUntil: "load" });
        if (answer.status() >= 500) faults.add(next.path, [`status ${answer.status()}`]);
        faults.add(next.path, await sound(page));
      } catch (error) {
        faults.add(next.path, [error.message]);
      }
    }
    const cookies = (await page.context().cookies()).filter(({ name }) => !options.state && !(options.elder && name === "mode"));
    if (cookies.length > 0) faults.add("some page", [`cookies: ${cookies.map(({ name }) => name)}`]);
    await close(page);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, look));
  faults.none();
}
