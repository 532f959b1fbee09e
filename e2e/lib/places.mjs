// Where things lie.
import { existsSync } from "node:fs";
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

/** The real work points where the checkout has them beside it, else those of the demonstration. */
export const WORK_POINTS = first(
  process.env.GONGKAI_SHARED && join(process.env.GONGKAI_SHARED, "work-points-2019.txt"),
  join(ROOT, "../shared/work-points-2019.txt"),
  join(ROOT, "demo/plan-current.txt"),
);
