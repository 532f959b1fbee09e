// A reader's ways: by keyboard alone, without scripts, on a phone; and the desk by keyboard alone.
import { check, suite, test } from "../lib/report.mjs";
import { NARROW, close } from "../lib/browser.mjs";
import { sound } from "../lib/checks.mjs";
import { tabTo } from "../lib/keyboard.mjs";

export async function reading(program, staff) {
  if (!suite("reading") && !suite("desk")) return;
  await test("reading: by keyboard alone from home through the search to a policy", async (pages) => {
    const page = await staff.reader("/", pages);
    await page.keyboard.press("Tab");
    check(await page.evaluate(() => document.activeElement?.classList.contains("skip")), "the first Tab does not reach the skip link");
    await tabTo(page, () => document.activeElement?.matches("form[role=search] input"));
    const ring = await page.evaluate(() => {
      const style = getComputedStyle(document.activeElement);
      return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== "none" || getComputedStyle(document.activeElement.parentElement).outlineStyle !== "none";
    });
    check(ring, "the search field shows no focus");
    await page.keyboard.insertText("养老服务补贴办法");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/search?q=*");
    await tabTo(page, () => document.activeElement?.matches("main .best a, main .rows a"), 80);
    await page.keyboard.press("Enter");
    await page.waitForURL("**/policies/*");
    check((await page.locator("h1").innerText()).includes("养老服务补贴办法"), "another page");
    await close(page);
  });

  await test("reading: a two-character word, an organ's short name and a document number find what they name", async (pages) => {
    const page = await staff.reader("/search?q=养老", pages);
    check(await page.locator("main mark", { hasText: "养老" }).count(), "nothing is marked");
    await page.goto("/search?q=县财政局");
    check(await page.locator("main .rows li").count(), "no hits for the organ");
    await page.goto("/policies");
    const number = (await page.locator("main").innerText()).match(/[\p{Script=Han}]{2,8}〔20\d\d〕\d+号/u)?.[0];
    check(number, "no document number in the list of policies");
    await page.goto(`/search?q=${encodeURIComponent(number)}`);
    check((await page.locator("main").innerText()).replaceAll(/\s/g, "").includes(number), `${number} is not found`);
    await close(page);
  });

  await test("reading: the library leads to its subscription, whose form keeps what was typed and names what is wrong", async (pages) => {
    const page = await staff.reader("/policies", pages);
    await page.locator("header.head a", { hasText: /^订阅$/ }).click();
    await page.waitForURL("**/subscriptions?kind=policy");
    check(await page.locator("input[name=kind][value=policy]").isChecked(), "the kind is not chosen");
    await page.getByLabel("标题或文号里的词").fill("养老");
    await page.getByLabel("邮箱地址").fill("reader@example");
    await page.locator("form.form").evaluate((form) => form.setAttribute("novalidate", ""));
    await page.getByRole("button", { name: "发确认邮件" }).click();
    await page.locator("#errors").waitFor();
    check((await page.getByLabel("标题或文号里的词").inputValue()) === "养老", "what was typed is gone");
    const faults = await sound(page);
    check(!faults.length, faults.join("; "));
    await page.getByLabel("邮箱地址").fill("reader@example.invalid");
    await page.getByRole("button", { name: "发确认邮件" }).click();
    await page.waitForURL("**/subscriptions/sent");
    check(!(await page.locator("main").innerText()).includes("reader@"), "the page names the address");
    await close(page);
  });

  await test("reading: letters typed for a word offer the word, and a wrong character is put right", async (pages) => {
    const page = await staff.reader("/", pages);
    const box = page.getByRole("combobox", { name: "搜索全站" }).first();
    await box.pressSequentially("yanglao");
    const offers = page.getByRole("option");
    await offers.filter({ hasText: "养老" }).first().waitFor();
    await page.keyboard.press("ArrowDown");
    check((await box.inputValue()).includes("养老"), "what is chosen does not stand in the box");
    check((await box.getAttribute("aria-activedescendant")) === (await offers.first().getAttribute("id")), "the choice is not told");
    const faults = await sound(page);
    check(!faults.length, faults.join("; "));
    await page.keyboard.press("Escape");
    check((await box.inputValue()) === "yanglao" && !(await offers.count()), "Escape does not give back what was typed");
    await page.goto(`/search?q=${encodeURIComponent("仰老")}`);
    await page.locator(".meant a", { hasText: "养老" }).click();
    check(await page.locator("main mark", { hasText: "养老" }).count(), "what was meant finds nothing");
    await close(page);
  });

  await test("reading: without scripts, home, search, policy, plan and elder mode work", async (pages) => {
    const page = await staff.reader("/", pages, { js: false });
    await page.locator("main form[role=search] input").fill("公开");
    await page.locator("main form[role=search] button").click();
    await page.waitForURL("**/search?q=*");
    check(await page.locator("main .rows a").count(), "no hits");
    await page.goto("/policies");
    await page.locator("main a[href^='/policies/']:not([href*='feed.atom'])").first().click();
    check((await page.locator("article").first().innerText()).length > 100, "no text");
    await page.goto("/plans");
    await page.locator("main a[href^='/plans/']").first().click();
    check((await page.locator("main").innerText()).length > 500, "no plan");
    await page.getByRole("button", { name: "长者模式" }).click();
    check(await page.locator("html[data-mode=elder]").count(), "no elder mode");
    check(page.url().includes("/plans/"), "elder mode leads elsewhere");
    await close(page);
  });

  await test("reading: on a phone every table stays inside the page and every article is readable", async (pages) => {
    const page = await staff.reader("/policies", pages, { size: NARROW, touch: true });
    await page.locator("main a[href^='/policies/']:not([href*='feed.atom'])").first().click();
    const width = await page.locator("article").first().evaluate((element) => element.getBoundingClientRect().width);
    check(width > 280 && width <= 360, `the text is ${width} px wide`);
    await close(page);
  });

  await test("desk: lists by J, K and Enter, commands by Ctrl+K, help by ?, letters can be switched off", async (pages) => {
    const page = await staff.at("clerk", "/documents", pages);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    const rows = page.locator("table[data-list] tbody tr:not(.g)");
    check(await rows.first().evaluate((row) => row.classList.contains("on")), "J and K do not mark the first row");
    const title = (await rows.first().locator("a").first().innerText()).trim();
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/documents\/[^/]+$/);
    check((await page.locator("h1").innerText()).includes(title), "Enter opened something else");
    await page.goBack();
    check(await rows.first().evaluate((row) => row.classList.contains("on")), "the place in the list is lost");

    await page.keyboard.press("ControlOrMeta+K");
    await page.locator("#palette[open]").waitFor();
    await page.keyboard.insertText("任务");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/duties*");

    await page.keyboard.press("?");
    await page.locator("#keysheet[open]").waitFor();
    await page.locator("#keys-on").uncheck();
    await page.keyboard.press("Escape");
    check(!(await page.locator("#keysheet[open]").count()), "Escape does not close");
    await page.keyboard.press("j");
    check((await page.locator("table[data-list] tr.on").count()) === 0, "letters act although switched off");
    await page.keyboard.press("ControlOrMeta+K");
    await page.locator("#palette[open]").waitFor();
    await close(page);
  });

  await test("desk: while an input method composes, no letter acts", async (pages) => {
    const page = await staff.at("clerk", "/documents", pages);
    await page.evaluate(() => document.dispatchEvent(new KeyboardEvent("keydown", { key: "j", isComposing: true, bubbles: true })));
    check((await page.locator("table[data-list] tr.on").count()) === 0, "a composing key moved the row");
    await close(page);
  });
}
