// A policy that people understand: drafted, checked, published together with its interpretation, sent to who subscribed, found by
// five questions, held against what it replaces, and looked through in a clean-up of the ledger.
import { NARROW, WIDE, close } from "../lib/browser.mjs";
import { choose, fill, press } from "../lib/cases.mjs";
import { sound } from "../lib/checks.mjs";
import { GATES, agree, begin, claim, eventually, flash, pass, paste, submit, vouch } from "../lib/desk.mjs";
import { check, skip, suite, test } from "../lib/report.mjs";
import { XLSX, workbook } from "../lib/sheet.mjs";
import { dug } from "../lib/zip.mjs";

const [EDITOR, ORGAN, ORGAN_NAME] = ["editor-fg", "QH002", "县发展改革委"];
const TITLE = "青禾县城区道路停车优惠实施细则";
const READING = `《${TITLE}》解读`;
/** What the demonstration's 停车设施管理办法 has repealed. */
const [OLD, NEW] = ["青禾县机动车停车场管理暂行办法", "青禾县停车设施管理办法"];
/** The other rule of the organ, which its clean-up ends. */
const OTHER = "青禾县优化营商环境若干规定";
const BENEFIT = "道路泊位夜间停车优惠";
/** Of nobody: its first six digits are no place. */
const NUMBER = "000000199001010018";
const FILE = "优惠泊位.xlsx";
const MAILBOX = "subscriber@example.invalid";
const ROUND = "发展改革部门规范性文件清理（全程演练）";

/** A day as it is typed, this many days from now. */
const day = (from = 0) => new Date(Date.now() + from * 86_400_000).toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });
const YEAR = day().slice(0, 4);

const text = (basis) =>
  `<p>第一条　为方便群众停车，根据《${basis}》，制定本细则。</p>` +
  "<p>第二条　城关镇从业人员20人以下的个体工商户，在道路泊位夜间停放机动车的，每月优惠60元。</p>" +
  "<p>第三条　申请人到城关镇便民服务中心办理，5个工作日内办结。</p>" +
  "<p>第四条　本细则自公布之日起施行，有效期两年。</p>";

const CONDITIONS = [
  `给：${BENEFIT}`, "对象：个体工商户", "地区：城关镇", "人数：20 人以下", "金额：每月 60 元", "办理：到城关镇便民服务中心",
].join("\n");

const ELEMENTS = {
  background: `原来的《${OLD}》已经废止，停车收费改按《${NEW}》执行。`,
  main_content: "写明谁能享受夜间停车优惠、优惠多少、到哪里办。",
  execution: "城关镇从业人员20人以下的个体工商户，每月优惠60元。",
  benefits: "个体工商户夜间停车每月少花60元，5个工作日内办好。",
  differences: "新出台。",
};

export async function policies(program, staff, post) {
  if (!suite("policies")) return;
  const state = { desks: {} };
  const steps = [
    ["a repealed basis is caught while it is written", citation],
    ["the policy does not go without its interpretation, which is drafted from it", interpretation],
    ["a number in a hidden sheet stops it, and a masked copy takes the place of the file", privacy],
    ["a reader subscribes, and only the mailbox itself can say yes", subscribe],
    ["both pass their gates and become public together, nothing of the hidden number with them", publish],
    ["the subscriber's mail says why it came, and one click leaves", mailed],
    ["five questions find it for whom it is, and for nobody else", questions],
    ["what it stands on is held against what that replaced, on a telephone too", compare],
    ["a clean-up of the ledger is answered, confirmed and closed by its announcement", cleanUp],
  ];
  try {
    for (const [what, step] of steps) {
      const passed = await test(`policies: ${what}`, async (pages) => {
        if (!state.desks.reader) await sit(staff, state);
        pages.push(...Object.values(state.desks));
        await step({ program, staff, post, state, pages });
      });
      if (passed === false) {
        skip("policies: the rest", "a step before failed");
        break;
      }
    }
  } finally {
    for (const page of Object.values(state.desks)) await close(page);
  }
}

async function sit(staff, state) {
  state.desks.editor = await staff.at(EDITOR, "/");
  for (const [login] of GATES) state.desks[login] = await staff.at(login, "/reviews");
  state.desks.reader = await staff.reader("/");
}

const edit = (id) => `/documents/${id}/edit`;

/** Presses the button that submits; whatever is asked before, it is refused with these words. */
async function refused(page, words) {
  await page.getByRole("button", { name: "提交审核", exact: true }).click();
  const dialog = page.locator("dialog.confirm");
  await dialog.or(page.locator("#errors")).first().waitFor();
  if (await dialog.isVisible()) await dialog.locator(".submit .btn").first().click();
  await page.locator("#errors").getByText(words).first().waitFor();
}

/** Waits until the panel of checks says `words`, or says them no more. */
async function checked(page, id, words, there = true) {
  await eventually(`${there ? "" : "no "}“${words}” among the checks`, async () => {
    await page.goto(edit(id));
    return (await page.locator("#checks").innerText()).includes(words) === there;
  }, 20_000);
}

async function citation({ state }) {
  const page = state.desks.editor;
  state.id = await begin(page, { title: TITLE, kind: "policy", column: "policies" });
  await paste(page, text(OLD));
  await fill(page, { document_number: `青禾发改发〔${YEAR}〕96号`, written_on: day(), audience_rules: CONDITIONS });
  await page.getByLabel("主动公开", { exact: true }).check();
  await press(page, "保存");
  await page.goto(edit(state.id));
  check((await page.locator("#audience_rules").inputValue()).trim() === CONDITIONS, "the conditions were not kept");
  await checked(page, state.id, "引用已废止的文件");
  const panel = await page.locator("#checks").innerText();
  for (const said of [OLD, "不能作为依据"]) check(panel.includes(said), `not told: ${said}: ${panel}`);
  await paste(page, text(NEW));
  await checked(page, state.id, "引用已废止的文件", false);
}

async function interpretation({ state }) {
  const page = state.desks.editor;
  await page.goto(edit(state.id));
  await page.locator("#needs").getByText("政策解读").first().waitFor();
  await refused(page, "须配政策解读");
  await page.goto(`/interpretations/${state.id}`);
  await choose(page, "mode", "together");
  await press(page, "保存安排", "一起公开");
  await page.getByRole("link", { name: "起草解读", exact: true }).click();
  await page.waitForURL("**/documents/new?*");
  check((await page.locator("#title").inputValue()) === READING, "its title does not follow from the policy's");
  await page.locator("#column").selectOption("interpretations");
  await page.getByRole("button", { name: "开始撰写", exact: true }).click();
  await page.waitForURL("**/documents/*/edit");
  state.reading = page.url().split("/").at(-2);
  check((await page.locator("#needs").innerText()).includes("请填写背景依据"), "what it must hold is not told");
  await paste(page, "<p>第二条写的优惠，按月记在停车账户里，不用垫付。</p>");
  await fill(page, { ...ELEMENTS, interpretation_form: "text" });
  await press(page, "保存");
}

async function privacy({ state }) {
  const page = state.desks.editor;
  await page.goto(edit(state.id));
  const book = workbook([
    { name: "泊位", rows: [["路段", "泊位数"], ["禾丰路", "40"]] },
    { name: "经办", hidden: true, rows: [["序号", "身份证号"], ["1", NUMBER]] },
  ]);
  await page.locator("#file").setInputFiles({ name: FILE, mimeType: XLSX, buffer: book });
  await page.getByRole("button", { name: "上传", exact: true }).click();
  await page.locator("[data-upload-list]").getByRole("link", { name: FILE, exact: true }).waitFor({ timeout: 30_000 });
  await checked(page, state.id, "处须处理");
  const panel = await page.locator("#checks").innerText();
  check(panel.includes("经办"), `the hidden sheet is not named: ${panel}`);
  check(!panel.includes(NUMBER), "the number is shown in full");
  await refused(page, /身份证|个人信息|须处理/);
  await page.goto(edit(state.id));
  const effect = await agree(page, () => page.getByRole("button", { name: new RegExp(`^生成遮盖副本\\s*：${FILE}$`) }).click());
  check(effect.includes("代替原件"), `the dialog does not say what becomes of the file: ${effect}`);
  await flash(page).getByText("已生成遮盖副本").waitFor({ timeout: 30_000 });
  await checked(page, state.id, "处须处理", false);

  // Who arranged it together submits the policy first; then its interpretation may go.
  await page.goto(edit(state.id));
  await submit(page);
  await flash(page).getByText("已提交").waitFor();
  await page.goto(edit(state.reading));
  await submit(page);
  await flash(page).getByText("已提交").waitFor();
}

const link = (mail, start) => {
  const found = new RegExp(`${start}[0-9A-Za-z]+`).exec(mail.text);
  check(found, `no ${start} in ${mail.text}`);
  return found[0];
};

async function subscribe({ post, state }) {
  const page = state.desks.reader;
  await page.goto(`/subscriptions?organ=${ORGAN}`);
  check(await page.locator(`input[name=organ][value=${ORGAN}]`).isChecked(), "the condition does not come with the link");
  await choose(page, "often", "now");
  await page.locator("#email").fill(MAILBOX);
  await page.getByRole("button", { name: "发确认邮件", exact: true }).click();
  await page.waitForURL("**/subscriptions/sent");
  check(!(await page.content()).includes(MAILBOX), "the mailbox stands on a page that anybody may open");
  const mail = await post.mail(MAILBOX, "请确认订阅");
  check(mail.text.includes(ORGAN_NAME), `what is asked for is not said: ${mail.text}`);
  state.own = link(mail, "/subscriptions/m/");
  await page.goto(state.own);
  await page.getByRole("button", { name: "确认订阅", exact: true }).click();
  await page.getByText("已确认，以后公开了符合条件的就发给您").waitFor();
  await post.mail(MAILBOX, "订阅已经确认");
}

/** The four pass it, each at their own desk; only the link whose words fit is opened. */
async function passGates(state, fits, look = async () => undefined) {
  for (const [login] of GATES) {
    const page = state.desks[login];
    await page.goto("/reviews");
    await fits(page.locator("main").getByRole("link", { name: TITLE })).first().click();
    await page.waitForURL(/\/reviews\/[^/?]+$/);
    await look(page, await page.locator("main").innerText());
    await claim(page);
    await vouch(page);
    await pass(page);
  }
}

const status = async (program, path) => (await fetch(`${program.portal}${path}`)).status;

/** The page as it stands is sound on both screens. */
async function soundHere(page) {
  for (const size of [NARROW, WIDE]) {
    await page.setViewportSize(size);
    const faults = await sound(page);
    check(faults.length === 0, `${page.url()} at ${size.width} px\n${faults.join("\n")}`);
  }
}

async function publish({ program, state }) {
  const { reader, editor } = state.desks;
  const [policy, reading] = [`/policies/${state.id}`, `/documents/${state.reading}`];
  await passGates(state, (links) => links.filter({ hasText: "解读" }));
  await editor.goto(`/documents/${state.reading}`);
  check((await editor.locator("main").innerText()).includes("还没有公开"), "it is not told that it waits for its policy");
  check((await status(program, reading)) === 404, "the interpretation is public before its policy");
  await passGates(state, (links) => links.filter({ hasNotText: "解读" }), async (_, main) => {
    check(main.includes(BENEFIT) && main.includes(NEW), "the reviewer does not see all that becomes public");
    check(!main.includes(NUMBER), "a reviewer is shown the number");
  });
  for (const path of [policy, reading]) {
    await eventually(`${path} is public`, async () => (await status(program, path)) === 200, 20_000);
  }
  await reader.goto(policy);
  check((await reader.locator("h1").innerText()) === TITLE, "another title");
  const file = await reader.request.get(await reader.getByRole("link", { name: FILE, exact: true }).getAttribute("href"));
  const inside = dug(await file.body());
  check(inside.includes("禾丰路") && !inside.includes(NUMBER), "the public workbook still holds the number");
  await soundHere(reader);
  await reader.getByRole("link", { name: /^看懂它/ }).first().click();
  await reader.waitForURL(`**${reading}`);
  await reader.goto(`${policy}/beside`);
  const beside = reader.locator('section.beside[id="第二条"]');
  check((await beside.innerText()).includes("记在停车账户里"), "the clause does not stand beside what explains it");
  await soundHere(reader);
}

async function mailed({ program, post, state }) {
  const page = state.desks.reader;
  const mail = await post.mail(MAILBOX, `【新公开】${TITLE}`);
  for (const said of [`因为您订阅了：机关“${ORGAN_NAME}”`, state.id, "一有就发", "退订"]) {
    check(mail.text.includes(said), `the mail does not say ${said}: ${mail.text}`);
  }
  check(!mail.text.includes(NUMBER), "the number is in the mail");
  await page.goto(state.own);
  await page.locator("main").getByRole("link", { name: TITLE, exact: true }).first().waitFor();
  const leave = link(mail, "/subscriptions/leave/");
  check(mail.header("List-Unsubscribe").includes(leave), `a mail program cannot leave: ${mail.header("List-Unsubscribe")}`);
  await page.goto(leave);
  await page.goto(state.own);
  check((await page.locator("h1").innerText()) === "我的订阅", "whoever only opens the link has left");
  // What a mail program sends at one click.
  const left = await fetch(`${program.portal}${leave}`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: "List-Unsubscribe=One-Click",
  });
  check(left.status === 200 && (await left.text()).includes("已退订"), `leaving answers ${left.status}`);
  const gone = await page.goto(state.own);
  check(gone.status() === 404, `the private page is still there: ${gone.status()}`);
}

/** Answers the five questions; what is told of what applies. */
async function answers(page, fields) {
  await page.goto("/audience");
  await choose(page, "who", fields.who);
  await page.locator("#place").selectOption({ label: fields.place });
  await page.locator("#size").fill(fields.size);
  await page.getByRole("button", { name: "看哪些政策适合我", exact: true }).click();
  await page.locator("#answer").waitFor();
  check(new URL(page.url()).search === "", `the answers stand in the address: ${page.url()}`);
  return page.locator("#answer section.part").first().innerText();
}

async function questions({ state }) {
  const page = state.desks.reader;
  const found = await answers(page, { who: "trader", place: "城关镇", size: "8" });
  for (const said of [BENEFIT, TITLE, "每月 60 元", "到城关镇便民服务中心"]) check(found.includes(said), `not told: ${said}: ${found}`);
  await soundHere(page);
  for (const other of [{ who: "trader", place: "城关镇", size: "21" }, { who: "trader", place: "柳溪镇", size: "8" }]) {
    check(!(await answers(page, other)).includes(BENEFIT), `for ${JSON.stringify(other)} too`);
  }
}

async function compare({ state }) {
  const page = state.desks.reader;
  await page.goto(`/policies?q=${encodeURIComponent(NEW)}`);
  await page.locator("main").getByRole("link", { name: new RegExp(`^${NEW}`) }).first().click();
  await page.waitForURL(/\/policies\/[^/?]+$/);
  await page.getByRole("link", { name: /^新旧对照/ }).first().click();
  await page.waitForURL("**/compare?*");
  const main = page.locator("main");
  check((await main.locator(".cmp ins").count()) > 0 && (await main.locator(".cmp del").count()) > 0, "nothing is marked");
  const told = await main.locator(".cmp-sum").innerText();
  check(/\d/.test(told), `the summary counts nothing: ${told}`);
  const whole = main.getByRole("link", { name: "看全文", exact: true });
  if ((await whole.count()) > 0) await whole.click();
  for (const said of ["停车位每户不低于1.0个", "每个泊位每次收费2元"]) check((await main.innerText()).includes(said), `lost: ${said}`);
  await soundHere(page);
}

async function cleanUp({ program, staff, state, pages }) {
  const { editor, reader } = state.desks;
  await editor.goto("/ledger?kept=none");
  await editor.locator(`input[name=ids][value="${state.id}"]`).check();
  await press(editor, "选中的登记为规范性文件");
  const clerk = await staff.at("clerk", "/clean-ups/new", pages);
  await fill(clerk, { title: ROUND, organ: ORGAN, due_on: day(20), note: "逐份核对" });
  await clerk.getByRole("button", { name: "开始清理", exact: true }).click();
  await clerk.waitForURL(/\/clean-ups\/(?!new)[^/?]+$/);
  const round = new URL(clerk.url()).pathname;

  await editor.goto(round);
  await editor.getByRole("link", { name: OTHER, exact: true }).click();
  await choose(editor, "answer", "repeal");
  await fill(editor, { reason: "主要内容已由新的规定代替" });
  await press(editor, "提出意见");
  await editor.goto(round);
  for (const box of await editor.locator("input[name=ids]").all()) await box.check();
  await press(editor, "选中的继续有效");

  await clerk.goto(round);
  await clerk.locator("#column").selectOption("policies");
  await press(clerk, "确认结果，写公布稿", "结果已确认");
  await clerk.waitForURL("**/documents/*/edit");
  const result = clerk.url().split("/").at(-2);
  await fill(clerk, { document_number: `青禾府办发〔${YEAR}〕98号`, written_on: day() });
  await press(clerk, "保存");
  await clerk.goto(edit(result));
  await submit(clerk);
  for (const [login] of GATES) {
    const page = state.desks[login];
    await page.goto("/reviews");
    await page.locator("main").getByRole("link", { name: ROUND }).first().click();
    await page.waitForURL(/\/reviews\/[^/?]+$/);
    check((await page.locator("main").innerText()).includes(OTHER), "the reviewer does not see what it ends");
    await claim(page);
    await pass(page);
  }
  await eventually("the round is closed by its announcement", async () => {
    await clerk.goto(round);
    return (await clerk.locator("main").innerText()).includes("结果已公布");
  }, 20_000);
  await close(clerk);
  await reader.goto(`/policies?q=${encodeURIComponent(OTHER)}`);
  await reader.locator("main").getByRole("link", { name: new RegExp(`^${OTHER}`) }).first().click();
  await reader.waitForURL(/\/policies\/[^/?]+$/);
  const main = await reader.locator("main").innerText();
  check(main.includes("已废止") && main.includes("不再作为办事依据"), `the library does not follow: ${main.slice(0, 400)}`);
  check((await status(program, `/policies/${state.id}`)) === 200, "what stays law is gone");
  await soundHere(reader);
}
