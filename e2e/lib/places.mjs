// Where things lie.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Pictures of failures, and of pages on request; not committed. */
export const OUT = join(ROOT, "e2e/out");

/** The program under test, as `make build` leaves it. */
export const PROGRAM = process.env.GONGKAI_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "debug/gongkai");

/** The first of the candidates that is there. */
const first = (...candidates) => candidates.find((path) => path && existsSync(path));

/** The browser of the system. */
export const CHROMIUM = first(process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome");

const YEAR = new Date().getFullYear();

/** The demonstration's own work points as a file to upload, as issued in `year`. */
export function demonstrationPlan(year = YEAR) {
  const text = readFileSync(join(ROOT, "demo/plan-current.txt"), "utf8");
  const filled = text.replaceAll(/\{(year|date)([+-]\d+)?\}/g, (_, word, by) => (word === "year" ? String(year + Number(by ?? 0)) : `${year}年6月30日`));
  return { name: `${year}年政务公开工作要点.txt`, mimeType: "text/plain", buffer: Buffer.from(filled) };
}

/** The real work points where they lie beside the checkout or where GONGKAI_SHARED says, else the demonstration's. */
export function workPoints() {
  const real = join(process.env.GONGKAI_SHARED ?? join(ROOT, "../shared"), "work-points-2019.txt");
  if (!existsSync(real)) return demonstrationPlan();
  return { name: "work-points-2019.txt", mimeType: "text/plain", buffer: readFileSync(real) };
}
