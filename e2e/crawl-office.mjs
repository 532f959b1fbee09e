// Every office page that each role can reach from its navigation, at 1280 and 360 px, with axe.
import { suite, test } from "./lib/report.mjs";
import { NARROW, WIDE, close, open } from "./lib/browser.mjs";
import { markup } from "./lib/checks.mjs";
import { Faults, inBrowser, representatives } from "./lib/kinds.mjs";
import { crawl, sampled, title } from "./lib/links.mjs";

const PEOPLE = [
  ["clerk", "county office"], ["editor-mz", "editor"], ["secrecy", "reviewer"], ["head-jt", "head of an organ"], ["sysadmin", "system administrator"],
  ["secadmin", "security administrator"], ["audit", "audit administrator"],
];

export async function officeCrawl(program, browser, staff) {
  if (!suite("office")) return new Map();
  const origin = program.office;
  const everything = new Map();
  // What one role has been shown looks no other way to the next.
  const looked = new Set();

  await test("office: the sign-in page, wrong words and a page that is not there", async () => {
    const faults = new Faults();
    for (const size of [WIDE, NARROW]) {
      await inBrowser(browser, origin, [{ path: "/signin" }, { path: "/signin?next=/documents" }, { path: "/no-such-page" }], { size });
    }
    const page = await open(browser, { origin });
    await page.goto("/signin");
    await page.getByLabel("登录名", { exact: true }).fill("nobody");
    await page.getByLabel("密码", { exact: true }).fill("wrong words here");
    await page.getByRole("button", { name: "登录", exact: true }).click();
    await page.locator("#errors").waitFor();
    if (!(await page.title()).startsWith("错误：")) faults.add("/signin", [`title ${await page.title()}`]);
    if (!(await page.evaluate(() => document.activeElement?.id === "errors"))) faults.add("/signin", ["the errors do not get the focus"]);
    if ((await page.getByLabel("登录名", { exact: true }).inputValue()) !== "nobody") faults.add("/signin", ["the name that was typed is gone"]);
    await close(page);
    faults.none();
  });

  for (const [login, role] of PEOPLE) {
    const pages = new Map();
    const found = await test(`office: every page of the ${role} answers with sound markup`, async (shots) => {
      const page = await staff.at(login, "/", shots);
      const request = page.context().request;
      const get = async (path) => {
        const answer = await request.get(origin + path, { maxRedirects: 0, headers: { Accept: "text/html" } });
        const type = answer.headers()["content-type"] ?? "";
        const html = type.startsWith("text/html") ? await answer.text() : "";
        return { status: answer.status(), type, html };
      };
      const faults = new Faults();
      const rail = await page.locator(".rail a").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
      if (rail.length < 3) faults.add("/", [`only ${rail.length} links in the navigation`]);
      await crawl({
        seeds: rail,
        get,
        allow: sampled(8),
        // A preview is a portal page: its navigation leads nowhere here.
        follow: (path) => !path.includes("/preview"),
        visit: (one) => {
          if (one.status >= 300 && one.status < 400) return;
          if (one.status !== 200) faults.add(`${one.path} (linked from ${one.from || "the navigation"})`, [`status ${one.status}`]);
          if (!one.html) return;
          pages.set(one.path, one);
          faults.add(one.path, markup(one.html));
          if (!/^.+ - 公开办公 - .+$/.test(title(one.html)) && !one.path.includes("/preview") && !one.path.startsWith("/styles/portal")) faults.add(one.path, [`title: ${title(one.html)}`]);
        },
      });
      await close(page);
      faults.none();
    });
    if (found === undefined) continue;
    const chosen = representatives(pages, { looked });
    for (const one of chosen) everything.set(`${login} ${one.path}`, { login, ...one });
    const state = await staff.state(login).catch(() => undefined);
    if (!state || chosen.length === 0) continue;
    for (const [name, size] of [["1280 px", WIDE], ["360 px", NARROW]]) {
      await test(`office: ${chosen.length} kinds of pages of the ${role}, ${name}: axe, one h1, no sideways scrolling, no errors`, () => inBrowser(browser, origin, chosen, { size, state }));
    }
  }
  return everything;
}
