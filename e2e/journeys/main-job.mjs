// The main job from the work points to the verified log: import, confirm, write, review by four people, publish, find, link
// as evidence, confirm, see the public page change, verify; then a changed byte is named.
import { check, skip, suite, test } from "../lib/report.mjs";
import { NARROW, WIDE, close } from "../lib/browser.mjs";
import { sound } from "../lib/checks.mjs";
import { GATES, act, agree, begin, body, claim, eventually, flash, openReview, pass, saved, submit } from "../lib/desk.mjs";
import { workPoints } from "../lib/places.mjs";
import { tamper } from "../lib/tamper.mjs";

// A word that stands nowhere else, of two characters.
const WORD = "樟溪";
const TITLE = `${WORD}助餐点开放时间和收费标准（演示）`;
const YEAR = String(new Date().getFullYear());
// The organ whose editor does the work; he is an editor of 县民政局.
const EDITOR = "editor-mz";
const ORGAN = "县民政局";

export async function mainJob(program, staff, database) {
  const name = (what) => `main job on ${database}: ${what}`;
  if (!suite("main job")) return;
  const state = {};

  const steps = [
    ["the clerk imports the work points and sees source and parsed tree", importPlan],
    ["the clerk matches an owner, splits a duty, takes it back, sets a date", correctPlan],
    ["the clerk answers what is open and issues the duties, once", confirmPlan],
    ["an editor writes with a table, autosave keeps it, attaches a file with progress, submits", writeDocument],
    ["four people claim and approve at four gates, and it is public", approveDocument],
    ["it stands on the portal, in its column, in the feed, and is found by a word of two characters", findDocument],
    ["the editor links it as evidence, the clerk confirms, the public plan page shows it", closeDuty],
    ["the audit administrator verifies the log, and so does the command", verifyLog],
    ["a changed byte in the log is named", changeByte],
  ];
  for (const [what, step] of steps) {
    const passed = await test(name(what), (pages) => step({ program, staff, state, pages }));
    if (passed === false) {
      skip(name("the rest"), "a step before failed");
      return;
    }
  }
}

/** What holds for every page, at both widths; for pages that only exist during this work. */
async function soundHere(page) {
  for (const size of [NARROW, WIDE]) {
    await page.setViewportSize(size);
    const faults = await sound(page);
    check(faults.length === 0, `${page.url()} at ${size.width} px\n${faults.join("\n")}`);
  }
}

async function importPlan({ staff, state, pages }) {
  const file = workPoints();
  const page = await staff.at("clerk", "/plans/new", pages);
  await page.locator("#year").fill(YEAR);
  await page.locator("#file").setInputFiles(file);
  await page.getByRole("button", { name: "拆解为任务" }).click();
  // The demonstration holds its own plan: the same text is not taken twice unasked.
  if (await page.getByText("同一文本已经导入过").count()) {
    await page.locator("#again").check();
    await page.locator("#file").setInputFiles(file);
    await page.getByRole("button", { name: "拆解为任务" }).click();
  }
  await page.waitForURL("**/plans/*/draft*");
  state.plan = /plans\/([^/]+)\/draft/.exec(page.url())[1];
  const shown = await page.locator("ol.source").innerText();
  const lines = file.buffer.toString("utf8").split("\n").map((line) => line.replaceAll(/\s/g, "")).filter((line) => line.length > 30);
  const flat = shown.replaceAll(/\s/g, "");
  for (const line of lines.slice(0, 40)) check(flat.includes(line.slice(0, 30)), `${file.name}: not beside the tree: ${line.slice(0, 40)}`);
  const clauses = await page.locator("article.panel").count();
  check(clauses >= 10, `only ${clauses} clauses`);
  check((await page.locator("article.panel li[id^=d-]").count()) > clauses, "clauses are not split into duties");
  await soundHere(page);
  await close(page);
}

async function correctPlan({ staff, state, pages }) {
  const draft = `/plans/${state.plan}/draft`;
  const page = await staff.at("clerk", draft, pages);

  const names = page.locator("#names li");
  if (await names.count()) {
    const before = await names.count();
    await matchFirst(page);
    check((await names.count()) === before - 1, `${before} names without an organ became ${await names.count()}`);
  }

  const clause = page.locator("article.panel", { hasText: ORGAN }).first();
  await clause.getByRole("link", { name: /^修改/ }).first().click();
  await page.waitForURL("**open=**");
  const open = page.locator("article.panel", { has: page.locator("textarea[name=text]") });
  await soundHere(page);
  const duties = open.locator("section[id^=d-]");
  const count = await duties.count();
  const text = duties.first().locator("textarea[name=text]");
  const words = await text.inputValue();
  const half = Math.floor(words.length / 2);
  await text.fill(`${words.slice(0, half)}\n${words.slice(half)}`);
  await duties.first().getByRole("button", { name: "拆分", exact: true }).click();
  await flash(page).waitFor();
  check((await duties.count()) === count + 1, `split: ${count} duties became ${await duties.count()}`);
  await flash(page).getByRole("button", { name: "撤销" }).click();
  await flash(page).getByText("已撤销").waitFor();
  check(page.url().includes("open="), "taking back closes the clause");
  await page.goto(`${draft}?open=${(await clause.getAttribute("id")).slice(2)}`);
  check((await duties.count()) === count, `taken back: ${await duties.count()} duties instead of ${count}`);
  check((await duties.first().locator("textarea[name=text]").inputValue()).trim() === words.trim(), "taken back, the words differ");

  // A date that a person cannot have meant is refused, what was typed stays.
  await duties.first().locator("select[name=cadence]").selectOption("");
  const due = duties.first().locator("input[name=due_on]");
  await due.fill("12月32日");
  await duties.first().getByRole("button", { name: "保存", exact: true }).click();
  await page.locator("#errors").waitFor();
  check((await due.inputValue()) === "12月32日", "what was typed is gone");
  await due.fill(`${YEAR}-12-25`);
  await duties.first().getByRole("button", { name: "保存", exact: true }).click();
  await flash(page).waitFor();
  state.duty = (await duties.first().getAttribute("id")).slice(2);
  // Leaving and coming back: it is all there.
  await page.goto("/plans");
  await page.goto(draft);
  check((await page.locator(`#d-${state.duty}`).innerText()).includes("12"), "the date is gone after leaving");
  await close(page);
}

/** Gives the first name without an organ one, and remembers it as that organ's alias. */
async function matchFirst(page) {
  const name = page.locator("#names li").first();
  const successor = name.locator("button[value=successor]");
  if (await successor.count()) {
    await successor.click();
  } else {
    await name.locator("select[name=organ]").selectOption({ index: 1 });
    const alias = name.locator("input[name=alias]");
    if (await alias.count()) await alias.check();
    await name.getByRole("button", { name: "确定对应", exact: true }).click();
  }
  await flash(page).waitFor();
}

/** The secrecy reviewer reads the plan and passes it; until then it cannot be issued. */
async function clearPlan(page, { staff, state, pages }) {
  check((await page.getByRole("button", { name: "确认下达" }).count()) === 0, "a plan that nobody has reviewed can be issued");
  if (await page.locator("#year_checked").count()) await page.locator("#year_checked").check();
  await agree(page, () => page.getByRole("button", { name: "送保密审查" }).click());
  await flash(page).waitFor();
  const reviewer = await staff.at("secrecy", "/", pages);
  await reviewer.locator(`a[href="/plans/${state.plan}/clearance"]`).first().click();
  await soundHere(reviewer);
  await reviewer.getByRole("button", { name: "通过，可以公开" }).click();
  await flash(reviewer).waitFor();
  await close(reviewer);
}

async function confirmPlan({ staff, state, pages }) {
  const page = await staff.at("clerk", `/plans/${state.plan}/draft`, pages);
  const confirm = `/plans/${state.plan}/confirm`;
  for (let turn = 0; turn < 60 && (await page.locator("#names li").count()) > 0; turn += 1) await matchFirst(page);
  for (let turn = 0; turn < 60; turn += 1) {
    await page.goto(confirm);
    const open = page.locator(".finding.block a");
    if ((await open.count()) === 0) break;
    await open.first().click();
    await page.waitForURL("**open=**");
    await page.getByRole("button", { name: "全条不分解到单位" }).first().click();
    await flash(page).waitFor();
  }
  // Where the year has a plan already, how this one stands to it is asked.
  await page.goto(`/plans/${state.plan}/draft`);
  if (await page.locator("#twin_reason").count()) {
    await page.locator("#replaces-none").check();
    await page.locator("#twin_reason").fill("与现行要点并行试行");
    await page.getByRole("button", { name: "保存选择" }).click();
    await flash(page).waitFor();
  }
  await page.goto(confirm);
  await soundHere(page);
  await clearPlan(page, { staff, state, pages });
  await page.goto(confirm);
  if (await page.locator("#year_checked").count()) await page.locator("#year_checked").check();
  const figures = await page.locator("dl.figs").innerText();
  const effect = await agree(page, () => page.getByRole("button", { name: "确认下达" }).click());
  check(/\d/.test(effect), `the dialog names no numbers: ${effect}`);
  await page.waitForURL(`**/plans/${state.plan}`);
  check(/任务/.test(figures), "no figures before confirming");
  // Once: the page that was left open offers nothing any more.
  const again = await page.goto(confirm);
  check(again.url().endsWith(`/plans/${state.plan}`) || (await page.getByRole("button", { name: "确认下达" }).count()) === 0, "it can be issued again");
  await close(page);
}

async function writeDocument({ staff, state, pages }) {
  const page = await staff.at(EDITOR, "", pages);
  state.document = await begin(page, { title: TITLE, column: "elderly-care" });
  await body(page).click();
  await page.keyboard.insertText("县民政局公布助餐点开放时间和收费标准。");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "表格", exact: true }).click();
  for (const cell of ["助餐点", "开放时间", "收费（元）", `${WORD}社区`, "11:00至12:30", "8"]) {
    await page.keyboard.insertText(cell);
    await page.keyboard.press("Tab");
  }
  await saved(page);
  await page.locator("#summary").fill("全县助餐点的开放时间和收费标准，老年人凭身份证就近用餐。");
  await page.locator("#written_on").fill(`${YEAR}-11-02`);
  await saved(page);
  await eventually("what was typed last is saved", async () => {
    const [status] = await Promise.all([page.locator("[data-autosave-status]").innerText(), new Promise((r) => setTimeout(r, 2500))]);
    return /^已保存/.test(status);
  }, 12_000);
  await page.reload();
  check((await body(page).innerText()).includes("收费标准"), "the text is gone after reloading");
  check((await body(page).locator("table td, table th").allInnerTexts()).join().includes(`${WORD}社区`), "the table is gone after reloading");
  check((await page.locator("#written_on").inputValue()) === `${YEAR}-11-02`, "the date is gone after reloading");

  const rows = Array.from({ length: 4000 }, (_, i) => `第${i + 1}号助餐点,11:00至12:30,8`).join("\n");
  await page.locator("#file").setInputFiles({ name: "助餐点名单.csv", mimeType: "text/csv", buffer: Buffer.from(`名称,时间,元\n${rows}\n`) });
  const progress = page.locator(".up-rows progress").first();
  const seen = progress.waitFor({ state: "attached" });
  await page.getByRole("button", { name: "上传", exact: true }).click();
  await seen;
  await page.locator(".up-rows").getByText(/已上传/).waitFor({ timeout: 30_000 });
  await page.locator("[data-upload-list]").getByRole("link", { name: "助餐点名单.csv", exact: true }).waitFor();
  await soundHere(page);
  const effect = await submit(page);
  check(/附件 1 个/.test(effect), `the dialog does not count the attachment: ${effect}`);
  check(/已提交/.test(await flash(page).innerText()), "not submitted");
  await close(page);
}

async function approveDocument({ program, staff, state, pages }) {
  const before = await fetch(`${program.portal}/documents/${state.document}`);
  check(before.status === 404, `public before its review: ${before.status}`);
  for (const [login, gate] of GATES) {
    const page = await staff.at(login, "", pages);
    await openReview(page, TITLE);
    check((await page.locator("main").innerText()).includes(gate), `no word of ${gate}`);
    await claim(page);
    if (gate === "文字关") check((await page.locator("main").innerText()).includes("助餐点名单"), "the reviewer does not see the attachment");
    const effect = await pass(page);
    if (gate === "政治关") check(/公开/.test(effect), `the last dialog does not say that it becomes public: ${effect}`);
    await close(page);
  }
  const after = await fetch(`${program.portal}/documents/${state.document}`);
  check(after.status === 200, `not public after four gates: ${after.status}`);
}

async function findDocument({ program, staff, state, pages }) {
  const path = `/documents/${state.document}`;
  const page = await staff.reader(path, pages);
  check((await page.locator("h1").innerText()) === TITLE, `title ${await page.locator("h1").innerText()}`);
  check((await page.locator("article table").first().innerText()).includes(`${WORD}社区`), "no table");
  await page.getByRole("link", { name: /助餐点名单/ }).first().waitFor();
  await page.goto("/columns/elderly-care");
  check(await page.getByRole("link", { name: TITLE }).count(), "not in its column");
  for (const feed of ["/feed.atom", "/columns/elderly-care/feed.atom"]) {
    const text = await (await fetch(program.portal + feed)).text();
    check(text.includes(TITLE) && text.includes(path), `not in ${feed}`);
  }
  check((await (await fetch(`${program.portal}/sitemap.xml`)).text()).includes(path), "not in the site map");
  await eventually("found by two characters", async () => {
    await page.goto(`/search?q=${encodeURIComponent(WORD)}`);
    return (await page.locator("main").getByRole("link", { name: TITLE }).count()) > 0;
  });
  check(await page.locator("main mark", { hasText: WORD }).count(), "the word is not marked");
  const { stdout, code } = await program.run("search", WORD, "--json");
  check(code === 0 && JSON.parse(stdout).hits.some((hit) => hit.url.includes(state.document)), "not found by the command");
  await close(page);
}

async function closeDuty({ program, staff, state, pages }) {
  const before = await (await fetch(`${program.portal}/plans/${state.plan}`)).text();
  check(!before.includes(state.document), "evidence before it was linked");
  const page = await staff.at(EDITOR, `/duties/${state.duty}`, pages);
  await page.getByRole("searchbox", { name: /按标题查找/ }).fill(WORD);
  await page.getByRole("button", { name: "查找", exact: true }).click();
  await page.getByRole("radio", { name: TITLE }).check();
  await act(page, () => page.getByRole("button", { name: "报送", exact: true }).click());
  await close(page);

  const clerk = await staff.at("clerk", `/duties/${state.duty}`, pages);
  check((await clerk.locator("main").innerText()).includes(TITLE), "the clerk does not see the evidence");
  await act(clerk, () => clerk.getByRole("button", { name: "确认", exact: true }).click());
  await close(clerk);

  const reader = await staff.reader(`/plans/${state.plan}`, pages);
  const html = await reader.content();
  check(html.includes(`/documents/${state.document}`), "the public plan page does not link the evidence");
  const article = reader.locator("article.clause", { has: reader.locator(`a[href$="/documents/${state.document}"]`) });
  check((await article.count()) === 1, "the evidence does not stand at one clause");
  await article.getByRole("link", { name: /^逐项查看/ }).click();
  const duty = reader.locator(`#d-${state.duty}`);
  const shares = duty.locator("details");
  if ((await shares.getAttribute("open")) === null) await shares.locator("summary").click();
  const row = duty.locator("tr", { hasText: ORGAN });
  check(/办结/.test(await row.innerText()), `the organ's part is not shown as done: ${await row.innerText()}`);
  const twin = await (await fetch(`${program.portal}/api/v1/plans/${state.plan}`)).text();
  check(twin.includes(state.document), "the machine-readable twin does not know the evidence");
  await close(reader);
}

async function verifyLog({ program, staff, pages }) {
  const page = await staff.at("audit", "/audit", pages);
  await page.getByRole("button", { name: /验证/ }).first().click();
  await page.locator("main, .flash").getByText("全部相符").first().waitFor({ timeout: 30_000 });
  await close(page);
  const { code, stdout, stderr } = await program.run("verify", "--json");
  check(code === 0, `verify ended with ${code}: ${stderr}`);
  const result = JSON.parse(stdout);
  check(result.ok && result.first_bad === null && result.events > 100 && result.files > 0, stdout);
}

async function changeByte({ program }) {
  const status = await program.halt();
  check(status === 0, `the server ended with ${status}`);
  const number = await tamper(program);
  const { code, stdout, stderr } = await program.run("verify", "--json");
  check(code === 1, `verify ended with ${code} although the log was changed: ${stdout} ${stderr}`);
  const result = JSON.parse(stdout);
  check(!result.ok && result.first_bad.includes(`第 ${number} 号`), `expected event ${number} to be named: ${result.first_bad}`);
  const words = await program.run("verify");
  check(words.code === 1 && `${words.stdout}${words.stderr}`.includes(`第 ${number} 号`), "people are not told which");
}
