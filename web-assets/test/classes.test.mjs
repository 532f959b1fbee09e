// One word, one meaning: a class that keeps a number in one piece stands on no block, and a page of the portal uses no
// class
// that only the office's sheet knows. Both were seen: paragraphs of one line, a table without a rule.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const root = new URL("../..", import.meta.url).pathname;
const source = join(root, "web-assets", "src");

/** Files below a folder with this ending. */
function files(folder, ending) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(root, folder, name));
}

/** The classes that a sheet names in its selectors. */
function named(sheet) {
  // What is said for paper of all tables is no style of one.
  const all = [...readFileSync(join(source, sheet), "utf8").matchAll(/@import "\.\/(.*?)"/g)];
  const parts = all.filter(([, part]) => !part.endsWith("print.css"));
  const text = parts.map(([, part]) => readFileSync(join(source, part), "utf8")).join("\n");
  const selectors = text.replace(/\/\*[\s\S]*?\*\//g, "").matchAll(/([^{}]+)\{/g);
  return new Set([...selectors].flatMap(([, one]) => [...one.matchAll(/\.([a-z][\w-]*)/g)].map(([, name]) => name)));
}

const templates = files("crates", ".html").map((path) => [path.slice(root.length), readFileSync(path, "utf8")]);

test("what keeps a number in one piece stands on no block", () => {
  const block = /<(?:section|div|article|ul|ol|dl|table|figure|form)\b[^>]*class="[^"]*\b(?:whole|nowrap)\b(?!-)/;
  const wrong = templates.filter(([, text]) => block.test(text)).map(([path]) => path);
  assert.deepEqual(wrong, []);
});

test("pages of the portal use no class that only the office knows", () => {
  const [portal, office] = [named("portal.css"), named("office.css")];
  const wrong = [];
  for (const [path, text] of templates.filter(([, text]) => text.includes('extends "layout/portal.html"'))) {
    for (const [, classes] of text.matchAll(/class="([a-z][\w -]*)"/g)) {
      const alien = classes.split(" ").filter((name) => office.has(name) && !portal.has(name));
      wrong.push(...alien.map((name) => `${path}: ${name}`));
    }
  }
  assert.deepEqual(wrong, []);
});
