// Every page that a reader can reach: markup, title, tags and headers of all of them; each kind of page in a browser at
// 1280 and 360 px, in elder mode and without scripts, with axe.
import { check, suite, test } from "./lib/report.mjs";
import { NARROW, WIDE, close, open } from "./lib/browser.mjs";
import { markup } from "./lib/checks.mjs";
import { Faults, inBrowser, representatives } from "./lib/kinds.mjs";
import { crawl, sampled, title } from "./lib/links.mjs";

const SEEDS = [
  "/", "/sitemap", "/openness", "/catalogue", "/catalogue/coverage", "/policies", "/documents", "/plans", "/organs", "/foi", "/foi/apply", "/foi/answers", "/foi/correction", "/dialogue", "/services", "/data", "/records", "/records/permit", "/records/permit?q=青禾", "/records/permit?decided_on.from=2099-01-01", "/records/permit?decided_on.from=去年", "/is-it-public", "/is-it-public?q=低保标准", "/is-it-public?q=饕餮貔貅", "/api", "/reports", "/reports/figures", "/consultations", "/mistakes", "/enforcement", "/enforcement/powers", "/enforcement/withdrawn", "/enforcement/feedback", "/enforcement/repair", "/cases/track", "/cases/lost", "/interpretations", "/questions", "/audience",
  "/letters", "/statements/accessibility", "/statements/privacy", "/receipts", "/subscriptions", "/subscriptions?topic=养老&organ=QH010", "/subscriptions/sent", "/search", "/search?q=公开", "/search?q=养老补贴", "/search?q=饕餮貔貅", "/search?q=路", "/search?q=",
  "/search?q=" + "很长的问题".repeat(30),
];
const MISSING = ["/no-such-page", "/policies/no-such-policy", "/columns/没有的栏目", "/organs/XX999"];
// The third is how many of one kind are looked at: what differs between pages of a kind differs at every size in the same way.
const VARIANTS = [
  ["1280 px", { size: WIDE }, 3],
  ["360 px", { size: NARROW, touch: true }, 3],
  ["elder mode, 360 px", { size: NARROW, elder: true }, 2],
  ["elder mode, 1280 px", { size: WIDE, elder: true }, 1],
  ["without scripts, 1280 px", { size: WIDE, plain: true }, 1],
];
// ux.md: first view, transferred, in bytes.
const BUDGETS = [
  ["home", (page) => page.path === "/", 100_000, 10],
  ["article", (page) => /^\/(policies|documents)\/[^/?]+$/.test(page.path), 60_000, 7],
  ["search", (page) => page.path.startsWith("/search"), 50_000, 7],
];

/** What the server answers, without a browser. */
async function fetchPage(origin, path) {
  const answer = await fetch(origin + path, { redirect: "manual", headers: { Accept: "text/html,*/*;q=0.8" } });
  const type = answer.headers.get("content-type") ?? "";
  const html = type.startsWith("text/html") ? await answer.text() : "";
  if (!html) await answer.arrayBuffer();
  return { status: answer.status, type, html, headers: answer.headers };
}

/** What the bytes of a page must be, without a browser. */
function faultsOf(page, siteName) {
  const faults = markup(page.html);
  const name = title(page.html);
  if (!name.endsWith(` - ${siteName}`)) faults.push(`title does not end with the site's name: ${name}`);
  if (name.split(" - ").some((part) => part.trim() === "")) faults.push(`title with an empty part: ${name}`);
  for (const tag of ["SiteName", "SiteDomain", "SiteIDCode"]) if (!page.html.includes(`<meta name="${tag}" content="`)) faults.push(`no ${tag} tag`);
  if (/^\/(policies|documents)\/[^/?]+$/.test(page.path) && page.status === 200 && !/class="[^"]*\btomb\b/.test(page.html)) {
    for (const tag of ["ColumnName", "ArticleTitle", "PubDate", "ContentSource"]) if (!page.html.includes(`<meta name="${tag}" content="`)) faults.push(`no ${tag} tag`);
  }
  if (page.headers.get("set-cookie")) faults.push("sets a cookie");
  if (!/default-src 'none'/.test(page.headers.get("content-security-policy") ?? "")) faults.push("no strict content security policy");
  // The page for developers speaks of values and headers by these names.
  const words = ["undefined", "NaN", "Some(", "{{", "}}", "TODO", ...(page.path === "/api" ? [] : ["null", "None"])];
  for (const word of words) {
    // What machines read of the page is data, and its brackets are JSON's.
    const shown = page.html.replaceAll(/<script type="application\/ld\+json">.*?<\/script>/gs, " ");
    const text = shown.replaceAll(/<[^>]*>/g, " ");
    if (text.includes(word)) faults.push(`a word of the program on the page: ${word}`);
  }
  return faults;
}

/** Follows every link; gives the pages by path, and the faults found on the way. */
async function discover(origin) {
  const pages = new Map();
  const faults = new Faults();
  const titles = new Map();
  const home = await fetchPage(origin, "/");
  const siteName = title(home.html).split(" - ").at(-1);
  const visit = (page) => {
    if (page.status >= 300 && page.status < 400) return;
    const gone = page.status === 410 && /\btomb\b/.test(page.html);
    if (page.status !== 200 && !gone) faults.add(`${page.path} (linked from ${page.from || "the test"})`, [`status ${page.status}`]);
    if (!page.html) return;
    pages.set(page.path, page);
    faults.add(page.path, faultsOf(page, siteName));
    // What is gone is called by no name.
    if (page.path.includes("?") || gone) return;
    const name = title(page.html);
    if (titles.has(name)) faults.add(`${page.path} and ${titles.get(name)}`, [`the same title: ${name}`]);
    titles.set(name, page.path);
  };
  const map = await (await fetch(`${origin}/sitemap.xml`)).text();
  const mapped = [...map.matchAll(/<loc>([^<]+)<\/loc>/g)].map((match) => new URL(match[1]).pathname);
  if (mapped.length < 100) faults.add("/sitemap.xml", [`names ${mapped.length} pages`]);
  const enough = sampled(48);
  const allow = (path) => !path.startsWith("/elder") && enough(path);
  const count = await crawl({ seeds: [...SEEDS, ...mapped], get: (path) => fetchPage(origin, path), allow, absolute: true, visit });
  if (count < 150) faults.add("/", [`only ${count} addresses found`]);
  return { pages, faults, count };
}

export async function portalCrawl(program, browser) {
  if (!suite("portal")) return { pages: new Map(), chosen: [] };
  const origin = program.portal;
  const { pages, faults: found, count } = await discover(origin);
  await test("portal: every page answers with sound markup, title, tags and headers", () => {
    console.log(`      ${count} addresses, ${pages.size} pages`);
    found.none();
  });

  await test("portal: what is not there says so and helps", async () => {
    const faults = new Faults();
    for (const path of MISSING) {
      const page = { path, ...(await fetchPage(origin, path)) };
      if (page.status !== 404) faults.add(path, [`status ${page.status}`]);
      if (!title(page.html).startsWith("错误：")) faults.add(path, [`title: ${title(page.html)}`]);
      if (!/action="\/search"/.test(page.html)) faults.add(path, ["no search"]);
      faults.add(path, markup(page.html));
      pages.set(path, page);
    }
    faults.none();
  });

  await test("portal: feeds, tables and interface description are readable", async () => {
    const faults = new Faults();
    for (const [path, type, mark] of [
      ["/feed.atom", "xml", "<entry>"], ["/search/feed.atom?q=养老", "xml", "<entry>"], ["/sitemap.xml", "xml", "<loc>"], ["/api/v1/openapi.json", "json", '"openapi"'], ["/api/v1/documents", "json", "{"],
      ["/policies.csv", "csv", ","], ["/records/permit.csv", "csv", ","], ["/records/permit.json", "json", '"records"'], ["/records/permit/feed.atom", "xml", "<feed"], ["/data.jsonld", "json", "dcat:Catalog"], ["/api/v1/records", "json", "{"], ["/robots.txt", "text/plain", "Sitemap"], ["/.well-known/security.txt", "text/plain", "Contact"],
      ["/documents/feed.atom", "xml", "<entry>"], ["/subscriptions/feed.atom?kind=policy", "xml", "<entry>"],
    ]) {
      const answer = await fetch(origin + path);
      const text = await answer.text();
      if (answer.status !== 200) faults.add(path, [`status ${answer.status}`]);
      if (!(answer.headers.get("content-type") ?? "").includes(type)) faults.add(path, [`type ${answer.headers.get("content-type")}`]);
      if (!text.includes(mark)) faults.add(path, [`no ${mark}`]);
      if (type === "json") JSON.parse(text);
    }
    faults.none();
  });

  const chosen = representatives(pages);
  for (const [name, options, examples] of VARIANTS) {
    const some = representatives(pages, { examples });
    await test(`portal: ${some.length} kinds of pages, ${name}: axe, one h1, no sideways scrolling, no errors, nothing from elsewhere`, () => inBrowser(browser, origin, some, options));
  }

  await test("portal: pages weigh no more than their budget", async () => {
    const faults = new Faults();
    for (const [what, fits, budget, requests] of BUDGETS) {
      for (const { path } of chosen.filter(fits).slice(0, 4)) {
        const page = await open(browser, { origin });
        await page.goto(path, { waitUntil: "networkidle" });
        await Promise.all(page.watched.pending);
        const { bytes, requests: asked } = page.watched;
        if (bytes > budget) faults.add(path, [`${what}: ${bytes} bytes, budget ${budget}`]);
        if (asked > requests) faults.add(path, [`${what}: ${asked} requests, budget ${requests}`]);
        await close(page);
      }
    }
    faults.none();
  });

  await test("portal: elder mode is large, keeps its choice and its address, and touches are large", async (shots) => {
    const page = await open(browser, { origin, size: NARROW, touch: true });
    shots.push(page);
    await page.goto("/policies");
    check((await page.context().cookies()).length === 0, "a cookie before the choice");
    await page.getByRole("button", { name: "长者模式" }).click();
    await page.waitForURL("**/policies");
    check((await page.context().cookies()).length === 1, "the choice is not kept");
    const size = await page.evaluate(() => parseFloat(getComputedStyle(document.querySelector("main p, main li a")).fontSize));
    check(size >= 18, `text of ${size} px`);
    const small = await page.evaluate(() => [...document.querySelectorAll("a, button, input:not([type=radio], [type=checkbox]), select, .pick")]
      .filter((e) => e.checkVisibility() && !e.classList.contains("skip") && !e.closest("p, .crumb, .meta, dd") && e.getBoundingClientRect().height > 0 && e.getBoundingClientRect().height < 40)
      .map((e) => `${e.tagName} ${e.textContent.trim().slice(0, 20)} ${Math.round(e.getBoundingClientRect().height)} px`).slice(0, 8));
    check(small.length === 0, `small to touch: ${small.join("; ")}`);
    await page.goto("/");
    await page.getByRole("button", { name: "退出长者模式" }).click();
    await page.waitForURL("**/");
    check((await page.locator("html[data-mode=elder]").count()) === 0, "elder mode cannot be left");
    await close(page);
  });

  await test("portal: printed, a policy is its text without navigation", async (shots) => {
    const policy = [...pages.values()].find((page) => /^\/policies\/[^/?]+$/.test(page.path) && /class="[^"]*\bart\b/.test(page.html)) ?? [...pages.values()].find((page) => /^\/policies\/[^/?]+$/.test(page.path));
    check(policy, "no policy");
    const page = await open(browser, { origin });
    shots.push(page);
    await page.goto(policy.path);
    await page.emulateMedia({ media: "print" });
    for (const gone of [".top .nav", ".crumb", ".skip"]) check(!(await page.locator(gone).first().isVisible().catch(() => false)), `${gone} is printed`);
    check((await page.locator("main").innerText()).length > 300, "no text");
    check((await page.pdf({ format: "A4" })).length > 10_000, "an empty document");
    await close(page);
  });
  return { pages, chosen };
}
