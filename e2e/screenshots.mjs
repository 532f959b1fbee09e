// Pictures of the pages. Without arguments the five of the README into docs/pictures; with --all every kind of page at both
// widths, as usual and in elder mode, into e2e/out, for looking at.
import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { NARROW, WIDE, close, launch, open } from "./lib/browser.mjs";
import { pool } from "./lib/checks.mjs";
import { OUT, ROOT, demonstrationPlan } from "./lib/places.mjs";
import { Program } from "./lib/program.mjs";
import { only } from "./lib/report.mjs";
import { Staff } from "./lib/staff.mjs";
import { officeCrawl } from "./crawl-office.mjs";
import { portalCrawl } from "./crawl-portal.mjs";

const FOLDER = join(ROOT, "docs/pictures");
const LIMIT = 250 * 1024;
const SIZE = { width: 1280, height: 800 };
const YEAR = new Date().getFullYear();

/** The first link of a page that begins so. */
async function first(page, list, start, words = "") {
  await page.goto(list);
  return page.locator(`main a[href^='${start}']`, { hasText: words }).first().getAttribute("href");
}

async function shot(page, name) {
  const path = join(FOLDER, `${name}.png`);
  await page.screenshot({ path, animations: "disabled" });
  const { size } = await stat(path);
  if (size > LIMIT) throw new Error(`${path} has ${size} bytes, more than ${LIMIT}`);
  console.log(`${path} ${Math.ceil(size / 1024)} KB`);
}

async function readme(program, browser, staff) {
  await mkdir(FOLDER, { recursive: true });
  const reader = await open(browser, { origin: program.portal, size: SIZE });
  await reader.goto("/");
  await shot(reader, "home");
  await reader.goto(await first(reader, "/plans", "/plans/"));
  await shot(reader, "plan");
  await reader.goto(await first(reader, "/policies", "/policies/", "养老"));
  await shot(reader, "policy");
  await close(reader);

  const clerk = await staff.at("clerk", "/", [], { size: SIZE });
  await shot(clerk, "desk");
  // Next year's, since this year's is there already.
  await clerk.goto("/plans/new");
  await clerk.locator("#year").fill(String(YEAR + 1));
  await clerk.locator("#file").setInputFiles(demonstrationPlan(YEAR + 1));
  await clerk.getByRole("button", { name: "拆解为任务" }).click();
  await clerk.waitForURL("**/plans/*/draft*");
  await clerk.goto(clerk.url().split(/[?#]/)[0]);
  await clerk.setViewportSize({ width: 1280, height: 680 });
  await shot(clerk, "import");
  await close(clerk);
}

const plain = (path) => path.replaceAll(/[^\p{L}\p{N}]+/gu, "-").replaceAll(/^-|-$/g, "").slice(0, 60) || "home";

/** Every kind of page that the crawls find. */
async function everything(program, browser, staff) {
  await mkdir(OUT, { recursive: true });
  only(["portal: every", "office: every"]);
  const portal = (await portalCrawl(program, browser)).chosen;
  const office = [...(await officeCrawl(program, browser, staff)).values()];
  const index = [];
  const take = async (path, name, options) => {
    const page = await open(browser, options);
    try {
      await page.goto(path);
      await page.screenshot({ path: join(OUT, `${name}.png`), fullPage: true, animations: "disabled" });
      index.push(`${name}.png ${path}`);
    } finally {
      await close(page);
    }
  };
  await pool(portal, 2, async ({ path }) => {
    for (const [suffix, options] of [["1280", { size: WIDE }], ["360", { size: NARROW }], ["1280-elder", { size: WIDE, elder: true }], ["360-elder", { size: NARROW, elder: true }]]) {
      await take(path, `portal-${plain(path)}-${suffix}`, { origin: program.portal, ...options });
    }
  });
  for (const { login, path } of office) {
    const state = await staff.state(login);
    for (const [suffix, size] of [["1280", WIDE], ["360", NARROW]]) await take(path, `office-${login}-${plain(path)}-${suffix}`, { origin: program.office, size, state });
  }
  await writeFile(join(OUT, "index.txt"), `${index.sort().join("\n")}\n`);
  console.log(`${index.length} pictures in ${OUT}`);
}

const program = new Program();
const browser = await launch();
try {
  await program.prepare();
  await program.serve();
  const staff = new Staff(browser, program);
  if (process.argv.includes("--all")) await everything(program, browser, staff);
  else await readme(program, browser, staff);
} finally {
  await browser.close();
  await program.stop();
}
