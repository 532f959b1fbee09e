// Figures that only a browser can take, for `make bench`: node bench.mjs ORIGIN weight|lighthouse. Prints JSON; the
// portal at ORIGIN is the demonstration's and runs already.
import { createServer } from "node:net";

import { chromium } from "playwright-core";

import { NARROW, close, open } from "./lib/browser.mjs";
import { CHROMIUM } from "./lib/places.mjs";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];

/** The first link of a page that begins so. */
async function first(page, list, start) {
  await page.goto(list);
  const href = await page.locator(`main a[href^='${start}']:not([href*='feed.atom'])`).first().getAttribute("href");
  if (!href) throw new Error(`${list} has no link to ${start}…`);
  return href;
}

/** Ten templates of the portal, each by a page of it. */
async function templates(page) {
  return [
    ["home", "/"],
    ["policies", "/policies"],
    ["policy", await first(page, "/policies", "/policies/")],
    ["documents", "/documents"],
    ["openness", "/openness"],
    ["column", await first(page, "/sitemap", "/columns/")],
    ["organ", await first(page, "/organs", "/organs/")],
    ["plan", await first(page, "/plans", "/plans/")],
    ["catalogue", "/catalogue"],
    ["data", "/data"],
  ];
}

/** Requests and bytes over the wire until a phone shows the page and is quiet, with nothing kept from before. */
async function weight(browser, origin) {
  const guide = await open(browser, { origin });
  const policy = await first(guide, "/policies", "/policies/");
  await close(guide);
  const weighed = [];
  for (const [name, path] of [["home", "/"], ["document", policy]]) {
    const page = await open(browser, { origin, size: NARROW, touch: true });
    await page.goto(path, { waitUntil: "networkidle" });
    await Promise.all(page.watched.pending);
    weighed.push({ name, requests: page.watched.requests, bytes: page.watched.bytes });
    await close(page);
  }
  return weighed;
}

/** A port that nobody uses now. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function lighthouse(browser, origin, port) {
  const { default: run } = await import("../bench/browser/node_modules/lighthouse/core/index.js");
  const guide = await open(browser, { origin });
  const pages = await templates(guide);
  await close(guide);
  const scored = [];
  for (const [name, path] of pages) {
    const { lhr } = await run(origin + path, { port, output: "json", logLevel: "error", onlyCategories: CATEGORIES });
    if (lhr.runtimeError) throw new Error(`${path}: ${lhr.runtimeError.message}`);
    const scores = CATEGORIES.map((category) => Math.round((lhr.categories[category]?.score ?? 0) * 100));
    const audits = Object.values(lhr.audits).filter((audit) => audit.score !== null && audit.score < 0.9);
    scored.push({ name, path, scores, below: audits.map((audit) => audit.id).slice(0, 8) });
  }
  return scored;
}

const [origin, what] = process.argv.slice(2);
if (!origin || !["weight", "lighthouse"].includes(what)) throw new Error("ORIGIN and weight or lighthouse are wanted");
if (!CHROMIUM) throw new Error("chromium is missing: install it, or name it in CHROMIUM");
const port = await freePort();
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: [...FLAGS, `--remote-debugging-port=${port}`],
  headless: true,
});
try {
  const told = what === "weight" ? await weight(browser, origin) : await lighthouse(browser, origin, port);
  process.stdout.write(JSON.stringify(told));
} finally {
  await browser.close();
}
