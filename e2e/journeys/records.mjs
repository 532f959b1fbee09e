// Data of domains: a row filled in by form, a sheet with rows wrong and right, through the gates to readers, who query, see and take
// it away; a correction, a withdrawal, a penalty of a person, and what the map of coverage says of all that.
import { NARROW, WIDE, close } from "../lib/browser.mjs";
import { choose, fill, press } from "../lib/cases.mjs";
import { broken, overflow, sound } from "../lib/checks.mjs";
import { GATES, agree, claim, eventually, flash, pass } from "../lib/desk.mjs";
import { check, skip, suite, test } from "../lib/report.mjs";
import { XLSX, workbook } from "../lib/sheet.mjs";
import { unzip } from "../lib/zip.mjs";

/** Of schools, who enters its sheet; of markets, who fills in by form and has published no fee so far. */
const [SCHOOLS, MARKETS] = ["QH003", "QH022"];
const [SCHOOL_DESK, MARKET_DESK, OFFICE] = ["editor-jt", "editor-sj", "office-chief"];
const MARKET_NAME = "青禾县市场监督管理局";
const MARKET_CODE = "11000000MB00000229";

/** A day as it is typed, this many days from now. */
const day = (from = 0) => new Date(Date.now() + from * 86_400_000).toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });
const YEAR = day().slice(0, 4);

const FEE = "计量器具检定费（全程演练）";
const SHEET = "招生计划（全程演练）.xlsx";
/** The school that is looked for, and how many it takes: no other takes as many. */
const [SCHOOL, CODE, PLAN, BEFORE, AFTER] = ["城东演练小学", "QH-X01", "318", "300", "306"];
const OTHERS = ["城西演练小学", "城南演练小学"];
const WRONG = { figure: "城北演练小学", area: "河口演练小学" };
const WHY = "录取人数漏计六人";

const PERSON = "王小满";
/** Of nobody: its first six digits are no place. */
const NUMBER = "000000199001010018";
const DECISION = `青市监罚〔${YEAR}〕9901号`;
const GONE = "原处罚决定已依法撤销";

export async function records(program, staff) {
  if (!suite("records")) return;
  const state = { desks: {} };
  const steps = [
    ["a row is filled in by form: what is wrong stands at its field, nothing typed is lost", byForm],
    ["a sheet with wrong rows is told as the spreadsheet numbers them, and goes in whole or in its right rows", bySheet],
    ["a penalty of a person is entered: what readers will see of it is shown before", penalty],
    ["four people pass all three, none of them who entered it", publish],
    ["the map of coverage turns from red to green, for readers too", covered],
    ["a reader finds one row by a precise query, without scripts on a telephone too", query],
    ["a chart is drawn with its table beside it", chart],
    ["the rows go out as CSV, workbook, JSON and feed, and the interface answers", files],
    ["no identity number of the person can be found anywhere", masked],
    ["a correction stands with what was before, when and why", corrected],
    ["what is withdrawn is gone at once, and leaves its line and a red cell", withdrawn],
  ];
  try {
    for (const [what, step] of steps) {
      const passed = await test(`records: ${what}`, async (pages) => {
        if (!state.desks.reader) await sit(staff, state);
        pages.push(...Object.values(state.desks));
        await step({ program, staff, state, pages });
      });
      if (passed === false) {
        skip("records: the rest", "a step before failed");
        break;
      }
    }
  } finally {
    for (const page of Object.values(state.desks)) await close(page);
  }
}

async function sit(staff, state) {
  state.desks.schools = await staff.at(SCHOOL_DESK, "/records");
  state.desks.markets = await staff.at(MARKET_DESK, "/records");
  state.desks.office = await staff.at(OFFICE, "/records");
  for (const [login] of GATES) state.desks[login] = await staff.at(login, "/records/batches");
  state.desks.reader = await staff.reader("/records");
}

/** The page as it stands is sound on both screens. */
async function soundHere(page) {
  for (const size of [NARROW, WIDE]) {
    await page.setViewportSize(size);
    const faults = await sound(page);
    check(faults.length === 0, `${page.url()} at ${size.width} px\n${faults.join("\n")}`);
  }
}

const main = (page) => page.locator("main").innerText();

/** Every one of the words stands there. */
function says(text, ...words) {
  for (const word of words) check(text.includes(word), `not told: ${word}: ${text.slice(0, 900)}`);
}

/** The columns of an item as the fields of its form are called. */
const columns = (values) => Object.fromEntries(Object.entries(values).map(([key, value]) => [`c_${key}`, value]));

/** Saves the form as a draft; the id of its batch. */
async function saved(page) {
  await press(page, "保存为草稿", "已保存为草稿");
  await page.waitForURL(/\/records\/batches\/[^/?]+$/);
  return page.url().split("/").at(-1);
}

/** Hands a batch in; what the dialog told. */
async function submitted(page, batch) {
  await page.goto(`/records/batches/${batch}`);
  const effect = await agree(page, () => page.getByRole("button", { name: "提交审核", exact: true }).click());
  await flash(page).waitFor();
  check((await page.getByRole("button", { name: "通过", exact: true }).count()) === 0, "who entered it can pass it");
  return effect;
}

/** Every gate passes the batches, each person at their own desk. */
async function passGates(state, batches, look = async () => undefined) {
  for (const [login] of GATES) {
    const page = state.desks[login];
    await page.goto("/records/batches");
    const waiting = page.locator("section", { hasText: "等您审核" });
    for (const batch of batches) await waiting.locator(`a[href="/records/batches/${batch}"]`).waitFor();
    for (const batch of batches) {
      await page.goto(`/records/batches/${batch}`);
      await look(page, batch);
      // Who has claimed one is alone with it; the others go without.
      if (batch === batches[0]) await claim(page);
      await pass(page);
    }
  }
}

const portal = (program, path) => fetch(`${program.portal}${path}`);
const text = async (program, path) => (await portal(program, path)).text();
const asking = (pairs) => new URLSearchParams(pairs).toString();

/** What the map says of an item and an organ. */
async function cell(page, item, organ) {
  await page.goto(`/coverage/${item}/${organ}`);
  return main(page);
}

/** What readers are told of the organ of markets: how much it owes, has published, and has let lapse. */
async function told(page) {
  await page.goto("/catalogue/coverage");
  const row = page.locator("main table tr").filter({ has: page.getByRole("rowheader", { name: MARKET_NAME, exact: true }) });
  // What came late stands behind what is published: 17（逾期 3）.
  const figure = async (head) => Number.parseInt(await row.locator(`td[data-th="${head}"]`).innerText(), 10);
  const figures = { published: await figure("已公开"), late: await figure("到期没有公开") };
  check(Object.values(figures).every(Number.isInteger), `the row of ${MARKET_NAME} reads ${JSON.stringify(figures)}`);
  return figures;
}

async function byForm({ state }) {
  const page = state.desks.markets;
  state.before = await told(state.desks.reader);
  says(await cell(state.desks.office, "fee", MARKETS), "应公开未公开");
  await page.goto("/records");
  await page.getByRole("link", { name: /^填报\s*：行政事业性收费/ }).click();
  await page.waitForURL("**/records/fee/new");
  const typed = columns({
    organ: MARKET_NAME, name: FEE, standard: "每台每次20元", ground: "省级收费目录（演示）", effective_from: `${YEAR}年13月40日`, effective_to: day(400),
  });
  await fill(page, typed);
  await choose(page, "c_business", "1");
  await page.getByRole("button", { name: "保存为草稿", exact: true }).click();
  await page.locator("#c_effective_from-err").waitFor();
  check((await page.locator("#errors a").getAttribute("href")) === "#c_effective_from", "the list of errors does not lead to the field");
  for (const [name, value] of Object.entries(typed)) {
    check((await page.locator(`#${name}`).inputValue()) === value, `what was typed at ${name} is gone`);
  }
  check(await page.locator("input[name=c_business][value='1']").isChecked(), "what was chosen is gone");
  await soundHere(page);
  // What each value allows and both together do not is told as well.
  await fill(page, columns({ effective_from: day(-3), effective_to: day(-9) }));
  await page.getByRole("button", { name: "保存为草稿", exact: true }).click();
  await page.locator("#errors").getByText("停止日期不能早于执行日期").waitFor();
  await fill(page, columns({ effective_to: "" }));
  await page.getByRole("button", { name: "先核对", exact: true }).click();
  says(await page.locator("#looked").innerText(), "还没有保存", "公开后读者看到的", FEE);
  state.fee = await saved(page);
  // Whoever is called away finds the draft again.
  await page.goto("/records/batches?state=draft");
  await page.locator(`main a[href="/records/batches/${state.fee}"]`).click();
  says(await main(page), FEE, "公众看不到");
  says(await submitted(page, state.fee), "1 条记录");
  says(await cell(state.desks.office, "fee", MARKETS), "应公开未公开", "还没有公开的数据批次");
}

/** The sheet as a desk has it: title and unit above the head, a row of wrong figures, one without what is needed, a note below. */
function sheet() {
  const row = (number, name, plan, area, admitted, code) => [number, name, "公办小学", code, plan, area, admitted];
  const rows = [
    [`${YEAR}年青禾县小学招生计划和录取情况（全程演练）`],
    ["填报单位：县教体局", "", "", "", "单位：人"],
    ["序号", "学校名称", "办学类型", "学校标识码", "招生计划", "招生范围", "录取人数"],
    row("1", SCHOOL, PLAN, "东门社区", BEFORE, CODE),
    row("2", WRONG.figure, "三百多", "北门社区", "280", "QH-X02"),
    row("3", OTHERS[0], "２１６", "西门社区", "210", "QH-X03"),
    row("4", WRONG.area, "120", "", "110", "QH-X04"),
    row("5", OTHERS[1], "144", "南门社区", "140", "QH-X05"),
    ["注：录取人数为公布时的人数。"],
  ];
  return { name: SHEET, mimeType: XLSX, buffer: workbook([{ name: "招生计划", rows }]) };
}

/** Waits, without touching the page, until what is done with the sheet is done. */
async function done(page) {
  await page.locator("#reading").waitFor({ state: "detached", timeout: 30_000 });
}

/** Brings the sheet and stands at what came of it. */
async function brought(page) {
  await page.goto("/records/imports?item=enrolment");
  await page.locator("#organ").selectOption(SCHOOLS);
  await page.locator("#file").setInputFiles(sheet());
  await page.getByRole("button", { name: "上传并核对", exact: true }).click();
  await page.waitForURL(/\/records\/imports\/[^/?]+$/);
  await done(page);
}

const rowOf = (page, caption, number) => page.getByRole("table", { name: caption }).getByRole("row").filter({ hasText: `第 ${number} 行` });

async function bySheet({ state }) {
  const page = state.desks.schools;
  await brought(page);
  says(await main(page), "记录 5 行", "可以导入 3", "不能导入 2");
  // Told by the numbers that the spreadsheet shows at its edge.
  says(await rowOf(page, "不能导入的行", 5).innerText(), "招生计划", "三百多");
  says(await rowOf(page, "不能导入的行", 7).innerText(), "招生范围");
  check((await page.getByRole("button", { name: /^导入 \d+ 行$/ }).count()) === 0, "a sheet with wrong rows can be taken as a whole");
  await soundHere(page);
  const faults = await (await page.request.get(`${page.url()}/errors.csv`)).text();
  says(faults, "5", "三百多", "7");
  const effect = await agree(page, () => page.getByRole("button", { name: "只导入正确的 3 行", exact: true }).click());
  says(effect, "2 行不导入");
  await page.locator("#reading, .notice.ok").first().waitFor();
  await done(page);
  says(await main(page), "已保存 3 行", "另有 2 行没有导入");
  const left = await page.request.get(await page.getByRole("link", { name: "下载没有导入的行" }).getAttribute("href"));
  const inside = read(await left.body());
  check(inside.includes(WRONG.figure) && inside.includes(WRONG.area) && !inside.includes(SCHOOL), `what was left out: ${inside}`);
  const href = await page.getByRole("link", { name: "打开这一批，提交审核" }).getAttribute("href");
  state.schools = href.split("/").at(-1);
  // The same file once more is the same batch.
  await brought(page);
  says(await main(page), "以前导入过，没有重复保存");
  check((await page.getByRole("link", { name: "打开这一批，提交审核" }).getAttribute("href")) === href, "it became another batch");
  await page.goto(href);
  says(await main(page), "共 3 条", SCHOOL, ...OTHERS, "216");
  await submitted(page, state.schools);
}

async function penalty({ state }) {
  const page = state.desks.markets;
  await page.goto("/records/penalty/new");
  await choose(page, "c_counterpart_kind", "02");
  await choose(page, "c_person_minor", "adult");
  await fill(page, columns({
    counterpart: PERSON, person_id_kind: "身份证", person_id: NUMBER, document_number: DECISION, offence: "未按规定明码标价", facts: "摊位上的商品没有标价签",
    ground: "《中华人民共和国价格法》第四十二条", penalty_kind: "罚款", content: "罚款人民币500元", fine: "0.05", decided_on: day(-1), valid_to: day(300),
    shown_until: day(200), authority: MARKET_NAME, authority_code: MARKET_CODE, source_organ: MARKET_NAME, source_organ_code: MARKET_CODE,
  }));
  await page.getByRole("button", { name: "先核对", exact: true }).click();
  const seen = page.locator("#looked");
  await seen.waitFor();
  const fact = (label) => seen.locator("dl.facts > div").filter({ has: page.locator("dt", { hasText: label }) }).locator("dd").innerText();
  state.shown = await fact("行政相对人名称");
  check(state.shown === PERSON || /^王\*/.test(state.shown), `the name will read ${state.shown}`);
  says(await fact("自然人证件号码"), "读者看不到");
  check(!(await seen.innerText()).includes(NUMBER), "the number stands among what readers see");
  state.penalty = await saved(page);
  await submitted(page, state.penalty);
}

async function publish({ program, state }) {
  await passGates(state, [state.fee, state.schools, state.penalty], async (page, batch) => {
    const shown = await main(page);
    check(!shown.includes(NUMBER), "a reviewer is shown the number");
    const words = { [state.fee]: FEE, [state.schools]: OTHERS[1], [state.penalty]: DECISION };
    says(shown, words[batch]);
  });
  for (const [item, pairs, name] of [
    ["fee", { q: FEE }, "fee_id"], ["enrolment", { school: SCHOOL }, "school_id"], ["penalty", { document_number: DECISION }, "penalty_id"],
  ]) {
    await eventually(`${item} is public`, async () => {
      const { items } = await (await portal(program, `/api/v1/records/${item}?${asking(pairs)}`)).json();
      state[name] = items?.[0]?.id;
      return items?.length === 1;
    }, 20_000);
  }
}

async function covered({ state }) {
  const { office, reader } = state.desks;
  await eventually("the cell is green", async () => !(await cell(office, "fee", MARKETS)).includes("应公开未公开"), 20_000);
  says(await main(office), "已公开 1 条");
  await office.getByRole("link", { name: /^门户：/ }).first().waitFor();
  await eventually("readers are told", async () => {
    const now = await told(reader);
    return now.published === state.before.published + 1 && now.late === state.before.late - 1;
  });
}

/** The one row of the list, as a reader gets it. */
async function only(page) {
  says(await page.locator("p.count").innerText(), "共 1 条");
  const row = page.locator("main table.tbl.cards tbody tr");
  check((await row.count()) === 1, `${await row.count()} rows`);
  says(await row.innerText(), SCHOOL, PLAN);
  return row;
}

async function query({ staff, state, pages }) {
  const page = state.desks.reader;
  await page.goto("/records");
  await page.locator("main").getByRole("link", { name: /^义务教育学校招生范围/ }).click();
  await page.waitForURL("**/records/enrolment");
  await page.locator("#f-year").selectOption(YEAR);
  await page.locator("#f-plan-from").fill(String(Number(PLAN) - 1));
  await page.locator("#f-plan-to").fill("317又");
  await page.getByRole("button", { name: "查询", exact: true }).click();
  await page.locator("#f-plan-err").waitFor();
  await page.locator("#f-plan-to").fill(String(Number(PLAN) + 1));
  await page.getByRole("button", { name: "查询", exact: true }).click();
  await only(page);
  await soundHere(page);
  state.asked = new URL(page.url()).search;
  // The address alone says all of it, on a telephone without scripts as well.
  const phone = await staff.reader(`/records/enrolment${state.asked}`, pages, { js: false, size: NARROW, touch: true });
  await only(phone);
  await phone.goto("/records/enrolment");
  await phone.locator("#f-school").fill("城东演练");
  await phone.getByRole("button", { name: "查询", exact: true }).click();
  const row = await only(phone);
  const faults = [...(await overflow(phone)), ...(await broken(phone))];
  check(faults.length === 0, `${phone.url()}\n${faults.join("\n")}`);
  await row.getByRole("link").first().click();
  await phone.waitForURL(`**/records/enrolment/${state.school_id}`);
  says(await main(phone), SCHOOL, CODE, PLAN, "公开机关", "青禾县教育体育局");
  check((await overflow(phone)).length === 0, "the row does not fit on the telephone");
  await close(phone);
}

async function chart({ state }) {
  const page = state.desks.reader;
  await page.goto("/records/enrolment");
  const drawn = page.locator("main details").filter({ hasText: "看表格" }).first().locator("..");
  const picture = drawn.locator("svg").first();
  says(await picture.evaluate((svg) => svg.textContent), SCHOOL, PLAN, BEFORE);
  await drawn.locator("summary").click();
  const twin = drawn.locator("tr").filter({ has: page.getByRole("rowheader", { name: SCHOOL, exact: true }) });
  check((await twin.locator("td").allInnerTexts()).join() === `${PLAN},${BEFORE}`, `the table beside the chart: ${await twin.innerText()}`);
}

/** The cells of the first sheet of a workbook, row by row; each row by the letters of its columns. */
function cells(bytes) {
  const parts = unzip(bytes);
  const plain = (xml) => xml.replaceAll(/<[^>]*>/g, "").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  const shared = [...(parts["xl/sharedStrings.xml"] ?? "").toString().matchAll(/<si>(.*?)<\/si>/gs)].map(([, xml]) => plain(xml));
  const value = (attributes, xml) => (/t="s"/.test(attributes) ? shared[Number(plain(xml))] : plain(xml));
  const rows = parts["xl/worksheets/sheet1.xml"].toString().matchAll(/<row\b[^>]*>(.*?)<\/row>/gs);
  const letters = (attributes) => /r="([A-Z]+)/.exec(attributes)[1];
  const row = (xml) => Object.fromEntries([...xml.matchAll(/<c\b([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)].map(([, attributes, inner]) => [letters(attributes), value(attributes, inner ?? "")]));
  return [...rows].map(([, xml]) => row(xml));
}

/** All of a workbook in one text. */
const read = (bytes) => cells(bytes).map((row) => Object.values(row).join("\t")).join("\n");

/** A file that the page offers under this name. */
async function offered(page, name) {
  const href = await page.locator("main header").getByRole("link", { name, exact: true }).getAttribute("href");
  const answer = await page.request.get(href);
  check(answer.status() === 200, `${href} answers ${answer.status()}`);
  return answer.body();
}

async function files({ program, state }) {
  const page = state.desks.reader;
  await page.goto(`/records/enrolment${state.asked}`);
  const csv = await offered(page, "下载 CSV");
  check(csv.subarray(0, 3).toString("hex") === "efbbbf", "a spreadsheet would not know its letters");
  const lines = csv.toString().trim().split(/\r?\n/);
  check(lines.length === 2, `${lines.length} lines, not the head and the row`);
  says(lines[1], `${YEAR},${SCHOOL},公办小学,${CODE}`, `,${PLAN},东门社区,`);
  const [head, row] = cells(await offered(page, "Excel")).slice(-2);
  const at = (label) => row[Object.keys(head).find((letter) => head[letter].startsWith(label))];
  check(at("学校名称") === SCHOOL && at("招生计划") === PLAN && at("录取人数") === BEFORE, `the workbook: ${JSON.stringify([head, row])}`);
  const json = JSON.parse(await offered(page, "JSON"));
  check(json.count === 1 && json.records[0].values.plan === PLAN, `the JSON: ${JSON.stringify(json.records)}`);
  const api = JSON.parse(await offered(page, "接口"));
  check(api.total === 1 && api.items[0].id === state.school_id && api.items[0].values.school === SCHOOL, `the interface: ${JSON.stringify(api)}`);
  const one = await (await portal(program, `/api/v1/records/enrolment/${state.school_id}`)).json();
  check(one.values?.admitted === BEFORE, `the row alone: ${JSON.stringify(one)}`);
  const wrong = await portal(program, "/api/v1/records/enrolment?plan.from=x");
  check(wrong.status === 400 || wrong.status === 422, `a condition that nobody can read answers ${wrong.status}`);
  says((await offered(page, "Atom")).toString(), "<feed", SCHOOL, state.school_id);
}

async function masked({ program, state }) {
  const page = state.desks.reader;
  await page.goto(`/records/penalty?${asking({ document_number: DECISION })}`);
  says(await page.locator("p.count").innerText(), "共 1 条");
  says(await page.locator("main table.tbl.cards tbody").innerText(), state.shown, DECISION);
  const csv = (await offered(page, "下载 CSV")).toString();
  const book = await offered(page, "Excel");
  says(csv, state.shown, DECISION);
  says(read(book), state.shown, DECISION);
  const own = `/records/penalty/${state.penalty_id}`;
  await page.goto(own);
  says(await main(page), state.shown, DECISION, "公示至");
  const places = [
    "/records/penalty", own, "/records/penalty/feed.atom", "/records/penalty.csv", "/records/penalty.json", "/api/v1/records/penalty", `/api/v1${own}`, "/enforcement",
    `/search?${asking({ q: DECISION })}`, `/search?${asking({ q: PERSON })}`,
  ];
  const all = [csv, ...Object.values(unzip(book)).map(String)];
  for (const path of places) all.push(await text(program, path));
  const leak = all.findIndex((one) => one.includes(NUMBER));
  check(leak < 0, `the number stands in ${["the CSV", ...Object.keys(unzip(book)), ...places][leak]}`);
  const full = [csv, read(book), await text(program, own), await text(program, "/records/penalty.json")];
  check(state.shown === PERSON || full.every((one) => !one.includes(PERSON)), "the name stands somewhere in full");
  for (const name of ["q", "person_id", "credit_code"]) {
    const answer = await portal(program, `/api/v1/records/penalty?${asking({ [name]: NUMBER })}`);
    const found = answer.ok ? (await answer.json()).items : [];
    check(!found.some(({ id }) => id === state.penalty_id), `it is found by the number at ${name}`);
  }
  const hits = await text(program, `/search?${asking({ q: NUMBER })}`);
  check(!hits.includes(`href="${own}"`), "the search finds it by the number");
  // In the office the number is seen for a reason alone.
  const desk = state.desks.markets;
  await desk.goto(own);
  check(!(await desk.content()).includes(NUMBER), "the desk reads the number without a reason");
  await desk.getByRole("link", { name: "写明理由后查看", exact: true }).click();
  await desk.locator("#reason").fill("核对被处罚人身份");
  await desk.locator("main").getByRole("button", { name: "查看", exact: true }).click();
  await desk.getByText("已记入留痕").first().waitFor();
  says(await main(desk), NUMBER);
}

async function corrected({ program, state }) {
  const { schools, reader } = state.desks;
  const own = `/records/enrolment/${state.school_id}`;
  await schools.goto(own);
  await schools.locator("main").getByRole("link", { name: "更正", exact: true }).click();
  check((await schools.locator("#c_admitted").inputValue()) === BEFORE, "the form does not begin with what is public");
  await fill(schools, columns({ admitted: AFTER }));
  await schools.getByRole("button", { name: "先核对", exact: true }).click();
  says(await schools.locator("#looked").innerText(), BEFORE, AFTER);
  // A reason is public with it, and asked for.
  check((await schools.locator("#c_admitted").inputValue()) === AFTER, "what was typed is gone");
  await schools.locator("#note").fill(WHY);
  await schools.locator("main form button.main").click();
  await schools.waitForURL(/\/records\/batches\/[^/?]+$/);
  const batch = schools.url().split("/").at(-1);
  await submitted(schools, batch);
  await passGates(state, [batch], async (page) => says(await main(page), WHY, BEFORE, AFTER));
  await eventually("the correction is public", async () => (await text(program, own)).includes("更正记录"), 20_000);
  await reader.goto(own);
  const line = reader.getByRole("table", { name: /更正过 1 次/ }).getByRole("row").filter({ hasText: WHY });
  says(await line.innerText(), BEFORE, `改为 ${AFTER}`, WHY);
  check((await line.locator("del").innerText()).includes(BEFORE), "what was before is not marked");
  await soundHere(reader);
  const one = await (await portal(program, `/api/v1${own}`)).json();
  check(one.values.admitted === AFTER && one.version === 2, `the interface: ${JSON.stringify(one)}`);
  says(await text(program, "/records/enrolment/feed.atom"), "（更正）");
}

/** Takes a record away. */
async function takeAway(page, path, why, { decided = "", words }) {
  await page.goto(path);
  await page.locator("main").getByRole("link", { name: "撤下", exact: true }).click();
  await choose(page, "why", why);
  await fill(page, { decided_on: decided, words });
  await press(page, "撤下", "已撤下，读者不再看到");
}

async function withdrawn({ program, state }) {
  const { office, reader, markets } = state.desks;
  const own = `/records/penalty/${state.penalty_id}`;
  await markets.goto(own);
  check((await markets.getByRole("link", { name: "撤下", exact: true }).count()) === 0, "who enters can take away alone");
  await takeAway(office, own, "revoked", { decided: day(), words: GONE });
  // At once: nothing is waited for.
  const answer = await reader.goto(own);
  check(answer.status() === 410, `its page answers ${answer.status()}`);
  says(await main(reader), "这条记录已不再公开", GONE, MARKET_NAME);
  for (const word of [state.shown, DECISION]) check(!(await reader.content()).includes(word), `its page still tells ${word}`);
  await soundHere(reader);
  check([404, 410].includes((await portal(program, `/api/v1${own}`)).status), "the interface still answers with it");
  for (const ending of [".csv", ".json", `?${asking({ document_number: DECISION })}`]) {
    check(!(await text(program, `/records/penalty${ending}`)).includes(state.penalty_id), `it stands in ${ending}`);
  }
  says(await text(program, "/records/penalty/feed.atom"), "deleted-entry", state.penalty_id);

  await takeAway(office, `/records/fee/${state.fee_id}`, "wrong", { words: "收费单位填写有误" });
  says(await cell(office, "fee", MARKETS), "应公开未公开");
  await eventually("readers are told", async () => {
    const now = await told(reader);
    return now.published === state.before.published && now.late === state.before.late;
  });
}
