// `make prove`: what the program promises when something breaks, tried. How to read it: prove/README.md.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

import { program, root } from "./lib.mjs";

// Stopped from outside, it ends what it started all the same.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));

const trials = readdirSync(path.join(root, "prove/trials"))
  .filter((file) => file.endsWith(".mjs"))
  .sort();
const wanted = process.env.ONLY?.split(",");
const report = [];
for (const file of trials) {
  const name = file.replace(".mjs", "");
  if (wanted && !wanted.includes(name)) continue;
  const begun = Date.now();
  const lines = [];
  const trial = {
    figure: (what, value) => lines.push({ what, value }),
    must: (what, holds, seen = "") =>
      lines.push({ what, holds: Boolean(holds), ...(holds ? {} : { seen: String(seen).slice(0, 300) }) }),
    skip: (why) => lines.push({ what: `left out: ${why}` }),
  };
  try {
    const { default: run } = await import(`./trials/${file}`);
    // A trial that hangs has failed.
    await Promise.race([
      run(trial),
      new Promise((_, failed) => setTimeout(() => failed(new Error("ten minutes are over")), 600_000).unref()),
    ]);
  } catch (error) {
    trial.must("the trial came to its end", false, error.stack ?? error);
  }
  const seconds = Math.round((Date.now() - begun) / 100) / 10;
  report.push({ name, seconds, lines });
  console.log(`\n${name} (${seconds} s)`);
  for (const line of lines) {
    const mark = line.holds === undefined ? " " : line.holds ? "✓" : "✗";
    console.log(
      `  ${mark} ${line.what}${line.value === undefined ? "" : `: ${line.value}`}${line.seen ? `\n      ${line.seen}` : ""}`,
    );
  }
}
mkdirSync(path.join(root, "prove/out"), { recursive: true });
writeFileSync(
  path.join(root, "prove/out/latest.json"),
  JSON.stringify({ at: new Date().toISOString(), program: path.relative(root, program), report }, null, 1),
);
const failed = report.flatMap((trial) =>
  trial.lines.filter((line) => line.holds === false).map((line) => `${trial.name}: ${line.what}`),
);
console.log(failed.length ? `\nnot proved:\n  ${failed.join("\n  ")}` : "\nall proved");
process.exit(failed.length ? 1 : 0);
