// The correction screen keeps what is typed, whatever button is pressed beside it, and an error page keeps the way back.
import { check, suite, test } from "../lib/report.mjs";
import { NARROW, close } from "../lib/browser.mjs";
import { sound } from "../lib/checks.mjs";
import { eventually } from "../lib/desk.mjs";
import { demonstrationPlan } from "../lib/places.mjs";

const YEAR = new Date().getFullYear() + 2;

const saidSaved = (page, at) =>
  eventually("it says that it is saved", async () => /已保存/.test(await page.locator("[data-autosave-status]").nth(at).innerText()));

export async function correcting(program, staff) {
  if (!suite("correcting")) return;
  let open = "";
  await test("correcting: leaving a field saves it, one step each, and the step can be taken back", async (pages) => {
    const page = await staff.at("clerk", "/plans/new", pages);
    await page.locator("#year").fill(String(YEAR));
    await page.locator("#file").setInputFiles(demonstrationPlan(YEAR));
    await page.getByRole("button", { name: "拆解为任务" }).click();
    await page.waitForURL("**/plans/*/draft*");
    await page.getByRole("link", { name: /^修改/ }).first().click();
    await page.waitForURL("**open=**");
    open = page.url().split("#")[0];
    const text = page.locator("section[id^=d-] textarea[name=text]").first();
    const words = (await text.inputValue()).trim();
    await text.fill(`${words}（补充）`);
    await page.locator("input[name=measure]").first().focus();
    await saidSaved(page, 0);
    await page.getByRole("button", { name: /^撤销：修改/ }).first().click();
    await page.goto(open);
    check((await text.inputValue()).trim() === words, "taken back, the words differ");
    await close(page);
  });

  await test("correcting: two duties and a new one are typed into, one button is pressed, nothing is lost", async (pages) => {
    const page = await staff.at("clerk", open, pages);
    const texts = page.locator("section[id^=d-] textarea[name=text]");
    await texts.nth(0).fill("甲的新写法。");
    await texts.nth(1).fill("乙的新写法。");
    await page.locator("textarea[data-keep]").fill("还没有按增加的任务");
    // Another button of the first duty takes its text along; the second is saved before the page goes.
    const left = page.waitForEvent("framenavigated");
    await page.locator("section[id^=d-]").first().getByRole("button", { name: "不作为任务" }).click();
    await left;
    await page.waitForLoadState();
    check((await page.locator("#conflict").count()) === 0, "the own save stands in the way");
    check((await texts.nth(0).inputValue()).includes("甲的新写法"), "the first text is lost");
    check((await texts.nth(1).inputValue()).includes("乙的新写法"), "the second text is lost");
    check((await page.locator("textarea[data-keep]").inputValue()) === "还没有按增加的任务", "the new duty's text is lost");
    check((await page.locator("section[id^=d-]").first().innerText()).includes("不作为任务"), "the button did nothing");
    await page.setViewportSize(NARROW);
    const faults = await sound(page);
    check(faults.length === 0, faults.join("\n"));
    await close(page);
  });

  await test("correcting: what another clerk changed meanwhile is told, and the own text stays", async (pages) => {
    const mine = await staff.at("clerk", open, pages);
    const theirs = await staff.at("office-chief", open, pages);
    await theirs.locator("section[id^=d-] textarea[name=text]").nth(1).fill("别人的写法。");
    await theirs.locator("input[name=measure]").nth(1).focus();
    await saidSaved(theirs, 1);
    const text = mine.locator("section[id^=d-] textarea[name=text]").nth(1);
    await text.fill("我的写法。");
    await mine.locator("input[name=measure]").nth(1).focus();
    await mine.getByText("刚有另一个版本保存进来").first().waitFor();
    check((await text.inputValue()) === "我的写法。", "the own text is gone");
    await close(mine);
    await close(theirs);
  });

  await test("correcting: a page that is refused or not there keeps the navigation", async (pages) => {
    for (const [path, words] of [["/accounts", "您没有这项权限"], ["/nothing-here", "没有找到"]]) {
      const page = await staff.at("editor-mz", path, pages);
      check((await page.locator("h1").innerText()).includes(words), `${path}: ${await page.locator("h1").innerText()}`);
      check((await page.locator("nav.rail a").count()) > 3, `${path}: no navigation`);
      const faults = await sound(page);
      check(faults.length === 0, `${path}\n${faults.join("\n")}`);
      await close(page);
    }
  });

  await test("correcting: on a phone the list begins on the first screen, its filters open on demand", async (pages) => {
    const page = await staff.at("clerk", "/duties", pages, { size: NARROW });
    const filter = page.getByRole("button", { name: /^筛选条件/ });
    check((await filter.getAttribute("aria-expanded")) === "false", "the filters are open");
    check((await page.locator("table.wl tbody tr").first().boundingBox()).y < 740, "the first row is below the first screen");
    await filter.click();
    await page.getByLabel("文字", { exact: true }).fill("公开");
    await page.getByRole("button", { name: "筛选", exact: true }).click();
    await page.waitForURL("**q=**");
    check((await filter.getAttribute("aria-expanded")) === "true", "a filter in force is hidden");
    await close(page);
  });
}
