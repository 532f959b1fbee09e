// The five things that people come for, on the portal and at the desk, by keyboard alone and without scripts. The way from the
// search to a policy stands in reading.mjs, writing and approving without scripts in writing.mjs.
import { close } from "../lib/browser.mjs";
import { body, claim, flash, openReview, saved, submitted } from "../lib/desk.mjs";
import { agreeByKeys, choose, field, press, tabTo } from "../lib/keyboard.mjs";
import { demonstrationPlan } from "../lib/places.mjs";
import { check, suite, test } from "../lib/report.mjs";

const SENTENCE = "县民政局于每月10日前公布助餐点开放时间，群众可以就近办理登记。";
const WATER = "关于公开征求居民生活用水价格";
const YEAR = new Date().getFullYear();
const EDITOR = "editor-mz";

/** What somebody came for, from the first page: words of the links on the way, address where it ends, what must stand there. */
const WAYS = [
  ["what has become of the year's plan, organ by organ", ["逐条看", "按机关看"], "**/plans/*view=organ*", "县民政局"],
  ["how to ask for information, and when it is answered", ["申请公开信息"], "**/foi", "20 个工作日"],
  ["what a draft says that is open for comment, and until when", ["对草案提意见", WATER], "**/documents/*", "截止"],
  ["whom to write to", ["写信咨询"], "**/letters", "政务热线"],
];

export async function tasks(program, staff) {
  if (!suite("tasks")) return;
  for (const [what, links, address, words] of WAYS) {
    await test(`tasks: by keyboard alone, ${what}`, async (pages) => {
      const page = await staff.reader("/", pages);
      for (const link of links) {
        const before = page.url();
        await press(page, link, 250);
        await page.waitForURL((url) => url.href !== before);
      }
      await arrived(page, address, words);
    });
    await test(`tasks: without scripts, ${what}`, async (pages) => {
      const page = await staff.reader("/", pages, { js: false });
      for (const link of links) await page.locator("main").getByRole("link", { name: new RegExp(`^${link}`) }).first().click();
      await arrived(page, address, words);
    });
  }
  await test("tasks: by keyboard alone, the telephone numbers that are folded up", async (pages) => {
    const page = await staff.reader("/foi", pages);
    await press(page, "展开");
    await page.locator("main details[open] td").first().waitFor();
    await tabTo(page, () => document.activeElement?.matches("main details[open] a[href^='/organs/']"));
    await close(page);
  });
  await atTheDesk(staff);
  await withoutScripts(staff);
}

async function arrived(page, address, words) {
  await page.waitForURL(address);
  const text = await page.locator("main").innerText();
  check(text.includes(words), `no word of ${words}: ${text.slice(0, 300)}`);
  await close(page);
}

/** Chooses among round buttons of this name the one whose label begins so. */
async function pick(page, name, label) {
  await tabTo(page, (wanted) => document.activeElement?.name === wanted, 120, name);
  await page.keyboard.press("Space");
  const chosen = () => page.evaluate(() => (document.activeElement.checked ? document.activeElement.labels[0].textContent.trim() : ""));
  for (let presses = 0; !(await chosen()).startsWith(label); presses += 1) {
    check(presses < 10, `${label} is not reached by the arrows`);
    await page.keyboard.press("ArrowDown");
  }
}

/** Opens the review of a text from the list, and claims it. */
async function openByKeys(page, title) {
  await page.goto("/reviews");
  await press(page, title, 250);
  await page.waitForURL(/\/reviews\/[^/?]+$/);
  await press(page, "领取", 250);
  await page.getByRole("button", { name: "放回", exact: true }).waitFor();
}

async function atTheDesk(staff) {
  await test("tasks: by keyboard alone, an editor writes a text and submits it", async (pages) => {
    const page = await staff.at(EDITOR, "/documents/new", pages);
    await field(page, "title");
    await page.keyboard.insertText("关于公布助餐点开放时间的通知（只用键盘）");
    await field(page, "kind");
    await choose(page, "notice");
    await field(page, "column");
    await choose(page, "notices");
    await press(page, "开始撰写");
    await page.waitForURL("**/documents/*/edit");
    await body(page).waitFor();
    await tabTo(page, () => document.activeElement?.matches(".ProseMirror"));
    await page.keyboard.insertText(SENTENCE);
    await saved(page);
    await pick(page, "disclosure", "主动公开");
    await press(page, "提交审核");
    await agreeByKeys(page);
    await page.waitForURL(/\/documents\/[^/]+$/);
    check(/已提交/.test(await flash(page).innerText()), "not submitted");
    await close(page);
  });

  await test("tasks: by keyboard alone, a reviewer ticks what is asked and passes a text", async (pages) => {
    const title = "关于公布助餐点开放时间的通知（键盘通过）";
    await submitted(staff, EDITOR, { title, text: SENTENCE }, pages);
    const page = await staff.at("secrecy", "", pages);
    await openByKeys(page, title);
    const on = () => page.evaluate(() => (document.activeElement.matches("input[data-tick]") ? "box" : document.activeElement.textContent.trim()));
    for (let turn = 0; turn < 20; turn += 1) {
      await page.keyboard.press("a");
      if ((await on()) !== "box") break;
      await page.keyboard.press("Space");
    }
    check((await on()) === "通过", `A leads to ${await on()}`);
    await page.keyboard.press("Enter");
    await agreeByKeys(page);
    await flash(page).waitFor();
    await close(page);
  });

  await test("tasks: by keyboard alone, a reviewer returns a text with a reason", async (pages) => {
    const title = "关于公布助餐点开放时间的通知（键盘退回）";
    await submitted(staff, EDITOR, { title, text: SENTENCE }, pages);
    const page = await staff.at("secrecy", "", pages);
    await openByKeys(page, title);
    await page.keyboard.press("r");
    check((await page.evaluate(() => document.activeElement.id)) === "reason", "R does not lead to the reason");
    await page.keyboard.insertText("请写明登记要带的材料。");
    await press(page, "退回");
    await agreeByKeys(page);
    await flash(page).waitFor();
    await close(page);
  });

  await test("tasks: by keyboard alone, an editor reports how far a duty has come", async (pages) => {
    const page = await staff.at(EDITOR, "/duties", pages);
    const duty = await reportable(page);
    for (let presses = 0; (await page.evaluate(() => document.activeElement.getAttribute("href"))) !== duty; presses += 1) {
      check(presses < 60, `${duty} is not reached by J`);
      await page.keyboard.press("j");
    }
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${duty}`);
    await field(page, "text", 250);
    await page.keyboard.insertText("已走访两个乡镇的助餐点。");
    await press(page, "报送");
    await flash(page).waitFor();
    await page.getByText("已走访两个乡镇的助餐点。").first().waitFor();
    await close(page);
  });

  await test("tasks: by keyboard alone, every choice of a filter is reached", async (pages) => {
    const page = await staff.at(EDITOR, "/documents", pages);
    const before = page.url();
    await field(page, "f-state", 200);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    check(page.url() === before, "an arrow sent the form");
    const chosen = await page.evaluate(() => document.activeElement.value);
    check(chosen !== "", "the arrows choose nothing");
    await press(page, "筛选");
    await page.waitForURL((url) => url.searchParams.get("state") === chosen);
    await close(page);
  });

  await test("tasks: by keyboard alone, the clerk pastes a plan and has it read", async (pages) => {
    const page = await staff.at("clerk", "/plans/new", pages);
    await field(page, "year");
    await page.keyboard.insertText(String(YEAR + 3));
    await field(page, "text");
    await page.keyboard.insertText(demonstrationPlan(YEAR + 3).buffer.toString("utf8"));
    await press(page, "拆解为任务");
    await page.waitForURL("**/plans/*/draft*", { timeout: 30_000 });
    check((await page.locator("article.panel").count()) > 5, "hardly a clause was read");
    await close(page);
  });
}

/** The first duty of the list that is open to a report: its address. */
async function reportable(page) {
  const rows = page.locator("table[data-list] tbody a[href^='/duties/']");
  for (const href of await rows.evaluateAll((links) => links.map((link) => link.getAttribute("href")))) {
    if ((await (await page.request.get(href)).text()).includes('id="report"')) return href;
  }
  throw new Error("no duty of this organ is open to a report");
}

async function withoutScripts(staff) {
  await test("tasks: without scripts, a reviewer returns a text with a reason", async (pages) => {
    const title = "关于公布助餐点开放时间的通知（无脚本退回）";
    await submitted(staff, EDITOR, { title, text: SENTENCE }, pages);
    const page = await staff.at("secrecy", "", pages, { js: false, fresh: true });
    await openReview(page, title);
    await claim(page);
    // Nothing asks before: the page that comes back says what is lacking.
    await page.getByRole("button", { name: "退回", exact: true }).click();
    await page.locator("#reason-err").waitFor();
    await page.getByLabel("退回理由", { exact: true }).fill("请写明登记要带的材料。");
    await page.getByRole("button", { name: "退回", exact: true }).click();
    await flash(page).waitFor();
    await close(page);
  });

  await test("tasks: without scripts, an editor reports how far a duty has come", async (pages) => {
    const page = await staff.at(EDITOR, "/duties", pages, { js: false, fresh: true });
    await page.goto(await reportable(page));
    await page.locator("textarea[name=text]").first().fill("已走访第三个乡镇的助餐点。");
    await page.getByRole("button", { name: "报送", exact: true }).click();
    await flash(page).waitFor();
    await page.getByText("已走访第三个乡镇的助餐点。").first().waitFor();
    await close(page);
  });

  await test("tasks: without scripts, the clerk has a plan read and corrects a date", async (pages) => {
    const page = await staff.at("clerk", "/plans/new", pages, { js: false, fresh: true });
    await page.locator("#year").fill(String(YEAR + 4));
    await page.locator("#file").setInputFiles(demonstrationPlan(YEAR + 4));
    await page.getByRole("button", { name: "拆解为任务" }).click();
    await page.waitForURL("**/plans/*/draft*");
    await page.getByRole("link", { name: /^修改/ }).first().click();
    await page.waitForURL("**open=**");
    const duty = page.locator("section[id^=d-]").first();
    await duty.locator("select[name=cadence]").selectOption("");
    await duty.locator("input[name=due_on]").fill(`${YEAR + 4}-11-25`);
    await duty.getByRole("button", { name: "保存", exact: true }).click();
    await flash(page).waitFor();
    check((await duty.locator("input[name=due_on]").inputValue()) === `${YEAR + 4}-11-25`, "the date is not kept");
    await close(page);
  });
}
