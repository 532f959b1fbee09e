// Builds the styles and scripts into dist/, minified, and says how large each is. Exit status 1 when a file breaks its
// budget.
import { build, context } from "esbuild";
import { gzipSync } from "node:zlib";
import { copyFileSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
// Budgets in bytes after gzip: first view of the portal stays under 100 KB, see README.md.
const budgets = {
  "portal.css": 13,
  "serif.css": 3,
  "portal.js": 8,
  "office.css": 20,
  "office.js": 60,
  "editor.js": 160,
};
const options = {
  absWorkingDir: here,
  entryPoints: ["src/portal.css", "src/serif.css", "src/office.css", "src/portal.ts", "src/office.ts", "src/editor.ts"],
  outdir: "dist",
  // The slices of the serif bear their digest in their names and are served as they are.
  external: ["/assets/*"],
  bundle: true,
  minify: true,
  charset: "utf8",
  format: "iife",
  target: ["es2020", "chrome90", "firefox90", "safari15"],
  legalComments: "none",
  logLevel: "warning",
  logLimit: 10,
};
const fonts = (folder) => readdirSync(join(here, folder)).filter((name) => name.endsWith(".woff2"));
if (process.argv.includes("--watch")) {
  await (await context(options)).watch();
} else {
  await build(options);
  for (const name of ["favicon.svg", "icons.svg"]) copyFileSync(join(here, "src", name), join(here, "dist", name));
  for (const old of fonts("dist")) rmSync(join(here, "dist", old));
  for (const name of fonts("src/fonts")) copyFileSync(join(here, "src/fonts", name), join(here, "dist", name));
  let bad = false;
  for (const [name, limit] of Object.entries(budgets)) {
    const raw = readFileSync(join(here, "dist", name));
    const size = gzipSync(raw, { level: 9 }).length / 1024;
    const over = size > limit;
    bad ||= over;
    const sizes = `${(raw.length / 1024).toFixed(1).padStart(7)} KB  gz ${size.toFixed(1).padStart(6)} / ${limit} KB`;
    console.log(`${name.padEnd(12)} ${sizes}${over ? "  OVER" : ""}`);
  }
  if (bad) process.exit(1);
}
