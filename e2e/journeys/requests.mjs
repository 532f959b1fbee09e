// A request for information, from a telephone without scripts to the yearly report; and the same that came by post.
import { NARROW, close } from "../lib/browser.mjs";
import { choose, draft, fill, goesOut, offered, press, step } from "../lib/cases.mjs";
import { broken, overflow, sound } from "../lib/checks.mjs";
import { eventually } from "../lib/desk.mjs";
import { check, skip, suite, test } from "../lib/report.mjs";
import { docx, paragraph } from "../lib/word.mjs";
import { dug, unzip } from "../lib/zip.mjs";

/** Of whom the demonstration has no reports of earlier years. */
const [ORGAN, ORGAN_NAME] = ["QH008", "青禾县财政局"];
const [EDITOR, HEAD] = ["editor-cz", "head-cz"];
const WANTED = "城关小学食堂改造项目的评审材料";
const BY_POST = "校车服务采购项目的评审材料";
const MORE = "要的是今年九月那一次的评审报告和报价明细。";
const NAME = "演示申请人";
/** Of nobody: its first six digits are no place. */
const NUMBER = "000000199001010018";
const MAILBOX = "applicant@example.invalid";
const FIRM = "演示建筑公司";
const YEAR = new Date().getFullYear();

/** What must not be found in the copy that is given away, and stands in the original's text and in its comment. */
const SECRETS = ["13000000000", "后厨动线专有工艺第七号", "单价每平方米八百一十六元"];

/** The file that the organ holds: what may be given stands beside what may not. */
function held(name) {
  const body = [
    "食堂改造项目评审报告", "评审结论：合格。", `联系人手机${SECRETS[0]}。`, `施工采用${SECRETS[1]}。`, `报价明细：${SECRETS[2]}。`,
  ];
  const mimeType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  return { name, mimeType, buffer: docx(body.map(paragraph).join(""), { comment: `核对${SECRETS[1]}` }) };
}

export async function requests(program, staff, post) {
  if (!suite("requests")) return;
  const state = { pages: [] };
  const steps = [
    ["five steps on a telephone without scripts, each kept, end in a receipt", ask],
    ["the desk asks once for a supplement, and the telephone sends it", supplement],
    ["a third party is asked, and the clock stands", consult],
    ["the period is lengthened by a second person, and the applicant is told why", extend],
    ["part of it is given: what is struck out is gone for good", answer],
    ["a review upholds it, and the case is archived", review],
    ["by post the same: entered by the desk, followed by the code on the paper", byPost],
    ["the yearly report counts both, its sums agree, and a second person makes it public", report],
  ];
  try {
    for (const [what, run] of steps) {
      const passed = await test(`requests: ${what}`, async (pages) => {
        if (!state.desk) await sit(staff, state);
        pages.push(...state.pages);
        await run({ program, staff, post, state, pages });
      });
      if (passed === false) {
        skip("requests: the rest", "a step before failed");
        break;
      }
    }
  } finally {
    for (const page of state.pages) await close(page);
  }
}

/** Who takes part: the applicant's telephone, the desk of the organ, its head. */
async function sit(staff, state) {
  state.phone = await staff.reader("/foi", [], { js: false, size: NARROW, touch: true });
  state.desk = await staff.at(EDITOR, "/cases");
  state.head = await staff.at(HEAD, "/cases");
  state.pages = [state.phone, state.desk, state.head];
}

/** The page fits on the telephone. */
async function fits(page) {
  const faults = [...(await overflow(page)), ...(await broken(page))];
  check(faults.length === 0, `${new URL(page.url()).pathname}\n${faults.join("\n")}`);
}

/** Sends a step of the form and stands on the next. */
async function onwards(page, words) {
  await page.getByRole("button", { name: "保存，下一步", exact: true }).click();
  await page.locator("main").filter({ hasText: words }).waitFor();
  await fits(page);
}

async function ask({ program, state }) {
  const page = state.phone;
  await fits(page);
  await page.getByRole("link", { name: "网上申请", exact: true }).click();
  // Nothing asked for is told at its field, on the page on which it was left out.
  await onwards(page, "请写明要什么信息");
  await page.locator("#wanted").fill(WANTED);
  await onwards(page, "第 2 步，共 5 步");
  // Whoever is called away finds every word again behind the link.
  const draftOf = page.url().replace(/\/organ$/, "");
  await page.goto("/");
  await page.goto(draftOf);
  check((await page.locator("#wanted").inputValue()).trim() === WANTED, "what was written is gone");
  await onwards(page, "第 2 步，共 5 步");
  await choose(page, "organ", "other");
  await page.locator("#other").selectOption(ORGAN);
  await onwards(page, "第 3 步，共 5 步");
  await choose(page, "applicant", "natural_person");
  await fill(page, { name: NAME, proof: "居民身份证", proof_number: "12345", phone: "0000-8000008", email: MAILBOX });
  await onwards(page, "请核对身份证号码");
  check((await page.locator("#name").inputValue()) === NAME, "what was right is gone with what was wrong");
  await page.locator("#proof_number").fill(NUMBER);
  await onwards(page, "第 4 步，共 5 步");
  await choose(page, "carrier", "electronic");
  await choose(page, "delivery", "online");
  await onwards(page, "第 5 步，共 5 步");
  for (const said of [WANTED, NAME, NUMBER, ORGAN_NAME]) {
    check((await page.locator("main").innerText()).includes(said), `not to be checked: ${said}`);
  }
  await page.getByRole("button", { name: "提交申请", exact: true }).click();
  await page.locator("section.receipt").waitFor();
  await fits(page);
  state.code = await page.locator("section.receipt .code").innerText();
  check(state.code.replaceAll(/[^0-9A-Za-z]/g, "").length === 32, `a code that cannot be guessed: ${state.code}`);
  await page.getByRole("link", { name: "查看办理情况", exact: true }).click();
  await page.waitForURL("**/cases/c/*");
  state.follow = new URL(page.url()).pathname;
  await tells(page, state.follow, ["办理中", WANTED]);
  // Whoever knows something of it, and not the code, learns nothing.
  const wrong = await fetch(`${program.portal}/cases/c/${"0".repeat(32)}`);
  check(wrong.status === 404, `a code that opens nothing answers ${wrong.status}`);
}

/** What whoever asked reads behind the code, on the telephone; and what they do not. */
async function tells(page, follow, words, never = []) {
  await page.goto(follow);
  const main = await page.locator("main").innerText();
  for (const said of words) check(main.includes(said), `the applicant is not told ${said}: ${main.slice(0, 900)}`);
  for (const said of never) check(!main.includes(said), `the applicant is told ${said}`);
  await fits(page);
}

/** Finds the case on the desk's list and takes it over. */
async function takeOver(page, wanted) {
  await page.goto("/cases");
  await page.getByRole("link", { name: wanted }).first().click();
  await page.waitForURL(/\/cases\/[^/?]+$/);
  await press(page, "由我办理", "已由您办理");
  return new URL(page.url()).pathname.split("/").at(-1);
}

async function supplement({ state, post }) {
  const { desk, head, phone } = state;
  state.id = await takeOver(desk, WANTED);
  const main = await desk.locator("main").innerText();
  for (const own of [NAME, NUMBER, MAILBOX]) check(!main.includes(own), `the desk reads ${own} unmasked`);
  const wanting = "请写明是哪一次评审、要其中的哪些材料";
  const letter = await draft(desk, state.id, "补正告知书", { wanting });
  await tells(phone, state.follow, ["办理中"], [wanting]);
  const own = desk.getByRole("button", { name: "签发", exact: true });
  check((await own.count()) === 0, "who drafted a letter can sign it");
  await goesOut(desk, head, letter, "online");
  await tells(phone, state.follow, ["等待补正", wanting, "重新计算"]);
  const mail = await post.mail(MAILBOX, "有新的进展");
  check(!mail.text.includes(wanting) && !mail.text.includes(WANTED), `the mail tells of the case: ${mail.text}`);
  await phone.locator("#supplement").fill(MORE);
  await phone.getByRole("button", { name: "提交补正", exact: true }).click();
  await phone.locator("#supplement").waitFor({ state: "detached" });
  await tells(phone, state.follow, ["办理中", "您提交了补正"]);
  await desk.goto(`/foi/cases/${state.id}/notices/supplement`);
  check((await desk.locator("main").innerText()).includes("一次性"), "a second supplement can be asked for");
}

/** A third party is asked, whoever asked stays unnamed, and the desk sees that the clock stands. */
async function asked(state, id) {
  const { desk, head } = state;
  const letter = await draft(desk, id, "第三方意见征询书", { whom: FIRM });
  check(!(await desk.locator("main").innerText()).includes(NAME), "the third party would read who asked");
  await goesOut(desk, head, letter, "post");
  await desk.goto(`/cases/${id}`);
  check((await desk.locator("main").innerText()).includes("这段时间不计入办理时限"), "the desk does not see that the clock stands");
}

async function consult({ state }) {
  const { desk, phone } = state;
  await asked(state, state.id);
  await tells(phone, state.follow, ["征求意见中", "这段时间不计入办理时限"], [FIRM, "第三方意见征询书"]);
  await desk.goto(`/cases/${state.id}`);
  check((await desk.getByRole("link", { name: "制作答复书", exact: true }).count()) === 0, "an answer is offered while a third party is asked");
  await step(desk, state.id, "登记对方收到征求意见书");
  await step(desk, state.id, "登记意见，继续办理", { opinion: "objects_with_reason", words: "报价和工艺是商业秘密" });
  await tells(phone, state.follow, ["办理中", "继续计时"], ["报价和工艺是商业秘密"]);
}

/** Asked for by the desk, granted by the head, told in a letter; gives the last day before and after. */
async function lengthened(state, id, way) {
  const { desk, head } = state;
  await offered(desk, id, "申请延期");
  const before = /现在的办理期限(?:是|预计到) (\S+)。/.exec(await desk.locator("main").innerText())?.[1];
  await fill(desk, { units: "10", reason: "需要调取纸质档案" });
  await press(desk, "提交审批", "等另一个人批准");
  check((await desk.getByRole("button", { name: "同意延期", exact: true }).count()) === 0, "who asked for it can grant it");
  await head.goto(`/cases/${id}`);
  const told = await press(head, "同意延期", "已同意延期");
  const after = /办理期限到 (?:预计 )?(\S+)。/.exec(told)?.[1];
  check(before && after && before < after, `from ${before} to ${after}`);
  await goesOut(desk, head, await draft(desk, id, "延期答复告知书", { why: "需要调取纸质档案" }), way);
  return after;
}

async function extend({ state }) {
  const due = await lengthened(state, state.id, "online");
  await tells(state.phone, state.follow, [due, "已延长 10", "需要调取纸质档案"]);
}

/** Drafts a partial answer, takes what may not be given out of the organ's file, and sends both; the name of the copy. */
async function partly(state, id, { file, way }) {
  const { desk, head } = state;
  await offered(desk, id, "制作答复书");
  await desk.getByRole("link", { name: "部分公开", exact: true }).click();
  const whole = { how: "评审报告的复印件随本答复提供", reason: "报价和工艺是第三方的商业秘密，第三方不同意公开" };
  await fill(desk, whole);
  // A ground is the law's, not the desk's.
  await desk.getByRole("button", { name: "拟出答复书", exact: true }).click();
  await desk.locator("#errors").getByText("没有法定情形").first().waitFor();
  check((await desk.locator("#reason").inputValue()).trim() === whole.reason, "what was written is gone");
  await choose(desk, "exemptions", "third_party");
  const kinds = desk.locator("details", { hasText: "情形的具体种类" });
  if (!(await kinds.evaluate((element) => element.open))) await kinds.locator("summary").click();
  await desk.locator("#kind_third_party").selectOption("商业秘密");
  await press(desk, "拟出答复书", "等另一个人签发");
  const letter = new URL(desk.url()).pathname;
  const text = await desk.locator("main").innerText();
  for (const said of ["第三十七条", "第十五条", "商业秘密", "行政复议"]) check(text.includes(said), `the answer does not say ${said}`);

  await offered(desk, id, "添加附件");
  await desk.locator("#file").setInputFiles(file);
  await press(desk, "添加", "附件已添加");
  await desk.getByRole("link", { name: new RegExp(`^区分处理\\s*：${file.name}$`) }).click();
  const found = await desk.locator("#words").inputValue();
  check(found.includes(SECRETS[0]), `the telephone number is not proposed: ${found}`);
  await fill(desk, { words: `${found.trim()}\n${SECRETS.slice(1).join("\n")}`, ground: "15", way: "file", letter: letter.split("/").at(-1) });
  await press(desk, "生成区分处理件", "已遮盖");
  const copy = file.name.replace(".docx", "（区分处理）.docx");
  await desk.getByRole("link", { name: copy, exact: true }).waitFor();
  await goesOut(desk, head, letter, way);
  return copy;
}

/** The copy as it is downloaded with this page's cookies: nothing of what was struck out can be dug up, and each place is marked. */
async function given(page, copy) {
  const href = await page.getByRole("link", { name: copy, exact: true }).first().getAttribute("href");
  const answered = await page.request.get(href);
  check(answered.status() === 200, `the copy: ${answered.status()}`);
  const bytes = await answered.body();
  const all = dug(bytes);
  for (const secret of SECRETS) check(!all.includes(secret), `${secret} can be dug up`);
  const read = unzip(bytes)["word/document.xml"].toString().replaceAll(/<[^>]*>/g, "");
  check(read.includes("评审结论：合格"), "what may be given is gone as well");
  check(read.includes("第十五条"), `the places are not marked with their ground: ${read}`);
}

async function answer({ staff, state, pages }) {
  const { desk, phone } = state;
  const file = held("评审报告.docx");
  const copy = await partly(state, state.id, { file, way: "online" });
  await tells(phone, state.follow, ["已答复：部分公开", "依申请答复〔", "第十五条", "行政复议", copy], [...SECRETS, file.name]);
  check((await phone.getByRole("link", { name: file.name, exact: true }).count()) === 0, "the original is offered to the applicant");
  await given(phone, copy);
  // The original stays at the desk: its address below the applicant's code opens nothing.
  await desk.goto(`/cases/${state.id}`);
  const inside = await desk.getByRole("link", { name: file.name, exact: true }).getAttribute("href");
  const original = await phone.request.get(`${state.follow}/files/${inside.split("/").at(-1)}`);
  check(original.status() === 404, `the original answers ${original.status()} behind the code`);
  for (const [words, begins] of [["下载文书（PDF）", "%PDF-"], ["下载文书（Word）", "PK"]]) {
    const paper = await phone.request.get(await phone.getByRole("link", { name: words }).first().getAttribute("href"));
    const head = (await paper.body()).toString("latin1", 0, begins.length);
    check(paper.status() === 200 && head === begins, `${words}: ${paper.status()} ${head}`);
  }
  // With its scripts the same page is sound as any other.
  const page = await staff.reader(state.follow, pages, { size: NARROW });
  const faults = await sound(page);
  check(faults.length === 0, faults.join("\n"));
  await close(page);
}

/** What a review or its end leaves on the page of the case. */
async function reviewed(page, id, finding, words) {
  await step(page, id, "登记行政复议", { paper: "青禾府复〔演示〕1号" });
  await page.goto(`/cases/${id}/steps/archived`);
  const archive = page.getByRole("button", { name: "归档", exact: true });
  if ((await archive.count()) > 0) await archive.click();
  await page.getByText("尚未审结").first().waitFor();
  await step(page, id, "登记复议结果", { review_finding: finding });
  await page.goto(`/cases/${id}`);
  check((await page.locator("main").innerText()).includes(words), `${words} does not stand on the page of the case`);
  await step(page, id, "归档");
}

async function review({ state }) {
  await reviewed(state.desk, state.id, "upheld", "维持");
  const faults = await sound(state.desk);
  check(faults.length === 0, faults.join("\n"));
  await tells(state.phone, state.follow, ["已归档", "部分公开"]);
}

/** A day as it is typed, this many days ago. */
const day = (ago) => new Date(Date.now() - ago * 86_400_000).toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });

async function byPost({ state }) {
  const { desk, phone } = state;
  await desk.goto("/foi/register");
  await choose(desk, "channel", "letter");
  const written = {
    came: day(3), organ: ORGAN, wanted: BY_POST, applicant: "business", name: "演示经办人", organisation: "演示贸易公司",
    code: "91000000000000000X", address: "青禾县城关镇演示路1号", carrier: "paper", delivery: "post",
  };
  await fill(desk, written);
  // An ordinary letter is received when both sides have confirmed it.
  await desk.getByRole("button", { name: "登记", exact: true }).click();
  await desk.locator("#errors").getByText("确认的当天").first().waitFor();
  check((await desk.locator("#wanted").inputValue()).trim() === BY_POST, "what was entered is gone");
  await desk.locator("#confirmed").fill(day(2));
  await desk.getByRole("button", { name: "登记", exact: true }).click();
  await desk.getByRole("heading", { name: /^已登记：/ }).waitFor();
  const receipt = await desk.locator("main").innerText();
  check(receipt.includes(day(2)), `the day of the confirmation is not the day of receipt: ${receipt}`);
  const code = await desk.locator("main .code").first().innerText();

  await phone.goto("/cases/track");
  await phone.locator("#code").fill(code.toLowerCase());
  await phone.getByRole("button", { name: "查询", exact: true }).click();
  await phone.waitForURL("**/cases/c/*");
  const follow = new URL(phone.url()).pathname;
  const id = await takeOver(desk, BY_POST);
  await goesOut(desk, state.head, await draft(desk, id, "补正告知书", { wanting: "请写明是哪一年的采购" }), "post");
  await step(desk, id, "登记收到补正", { supplement: "今年的采购" });
  await asked(state, id);
  await step(desk, id, "登记对方收到征求意见书");
  await step(desk, id, "登记意见，继续办理", { opinion: "objects_with_reason", words: "报价是商业秘密" });
  const due = await lengthened(state, id, "post");
  const copy = await partly(state, id, { file: held("评审材料.docx"), way: "post" });
  await tells(phone, follow, ["已答复：部分公开", due.slice(0, 4), copy], SECRETS);
  await given(phone, copy);
  await reviewed(desk, id, "taken_back", "撤回、终止或者撤诉");
}

/** Cells of a line of the table of requests, by the official number of columns. */
const line = (report, at) => report.tables.requests.rows[at].cells;

async function report({ program, staff, state, pages }) {
  const { desk, head } = state;
  await desk.goto(`/annual-reports?year=${YEAR}`);
  await desk.getByRole("button", { name: /^填报/ }).first().click();
  await desk.waitForURL(/\/annual-reports\/[^/?]+$/);
  const path = new URL(desk.url()).pathname;
  await press(desk, "统计填写", "已统计填写");
  check(Number(await desk.locator("#r0-0").inputValue()) >= 1, "the person's request is not counted");
  check(Number(await desk.locator("#r0-1").inputValue()) >= 1, "the firm's request is not counted");
  await desk.goto(path);
  await desk.locator("#noughts").check();
  await press(desk, "保存并核对");
  const wrong = desk.locator("main .chip", { hasText: /^不符$/ });
  check((await wrong.count()) === 0, `sums that do not agree: ${await desk.locator("section.panel").first().innerText()}`);
  check((await desk.getByRole("button", { name: "在门户公布", exact: true }).count()) === 0, "who saved it can make it public");
  await head.goto(path);
  // The year runs on, and readers are told why its figures are public already.
  await fill(head, { reason: "演练，年度未过完" });
  await press(head, "在门户公布");
  const shown = path.replace("/annual-reports/", "/reports/");
  await eventually("the report is public", async () => (await fetch(`${program.portal}${shown}`)).status === 200);

  const reader = await staff.reader(shown, pages, { size: NARROW });
  const faults = await sound(reader);
  check(faults.length === 0, faults.join("\n"));
  const data = await (await fetch(`${program.portal}${shown}/data.json`)).json();
  check(data.identities.every((identity) => identity.holds !== false), JSON.stringify(data.identities));
  const [received, partlyGiven] = [line(data, 0), data.tables.requests.rows.find((row) => JSON.stringify(row).includes("部分公开"))?.cells];
  check(received[6] === received.slice(0, 6).reduce((sum, one) => sum + one, 0), `received: ${received}`);
  check(partlyGiven && partlyGiven[6] >= 2, `two were answered in part: ${partlyGiven}`);
  const book = await fetch(`${program.portal}${shown}/data.xlsx`);
  check(Object.keys(unzip(Buffer.from(await book.arrayBuffer()))).includes("xl/workbook.xml"), "the workbook cannot be opened");
  await close(reader);
}
