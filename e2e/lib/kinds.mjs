// Of many pages one of each kind, looked at in a browser; faults told once, with the pages that have them.
import { close, open } from "./browser.mjs";
import { pool, sound } from "./checks.mjs";
import { features, kind } from "./links.mjs";
import { check } from "./report.mjs";

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

/** For each kind of page, and each set of pieces on it, one example; all of them when asked. */
export function representatives(pages) {
  const all = process.env.GONGKAI_E2E_ALL === "1";
  const seen = new Map();
  const count = new Map();
  for (const page of [...pages.values()].sort((a, b) => b.html.length - a.html.length)) {
    const of = `${kind(page.path)}${page.path.includes("?") ? page.path : ""}`;
    const key = all ? page.path : `${of}|${features(page.html)}|${page.status}`;
    if (seen.has(key) || (!all && (count.get(of) ?? 0) >= 5)) continue;
    seen.set(key, page);
    count.set(of, (count.get(of) ?? 0) + 1);
  }
  return [...seen.values()];
}

/** Looks at each of the pages in a browser. */
export async function inBrowser(browser, origin, chosen, options) {
  const faults = new Faults();
  await pool(chosen, 3, async ({ path }) => {
    const page = await open(browser, { origin, ...options });
    try {
      const answer = await page.goto(path, { waitUntil: "load" });
      if (answer.status() >= 500) faults.add(path, [`status ${answer.status()}`]);
      faults.add(path, await sound(page));
      const cookies = await page.context().cookies();
      const own = cookies.filter((cookie) => !(options.elder && cookie.name === "mode") && !options.state);
      if (own.length > 0) faults.add(path, [`cookies: ${own.map((cookie) => cookie.name)}`]);
    } catch (error) {
      faults.add(path, [error.message]);
    } finally {
      await close(page);
    }
  });
  faults.none();
}
