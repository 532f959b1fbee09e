// One text from Word to the public, to a correction and a withdrawal: an editor, four reviewers and a reader, each in a browser of
// their own from the first step to the last, with receipts that are proven without any server.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { NARROW, WIDE, close } from "../lib/browser.mjs";
import { sound } from "../lib/checks.mjs";
import { GATES, agree, approve, begin, body, claim, eventually, flash, saved, submit, vouch } from "../lib/desk.mjs";
import { PROGRAM } from "../lib/places.mjs";
import { command } from "../lib/program.mjs";
import { check, skip, suite, test } from "../lib/report.mjs";
import { article, docx, picture, png, remarked, table } from "../lib/word.mjs";

const TITLE = "关于公布老年助餐点开放情况的通知（全程演练）";
const PHONE = "13000000000";
const MASKED = "130****0000";
const REMARK = "这一句请领导再核对";
const ADDED = "本通知自公布之日起施行。";
const WHY = "统计口径有误，核对后另行公布。";
const MONTHS = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"].map((month) => `${month}月`);
const COLUMNS = ["助餐点", ...MONTHS, "全年", "备注"];
/** The log is signed every few seconds (lib/program.mjs), and the pages that tell of it are kept for one. */
const SIGNED_MS = 240_000;

/** The file that the editor was sent. */
function fromOffice() {
  const row = (name, each) => [name, ...MONTHS.map(() => `${each} 份`), `${each * 12} 份`, "无"];
  const pieces = [
    article("为方便老年人就近用餐，现公布全县助餐点的开放情况。"),
    remarked("本通知所称助餐点，包括养老机构开办的食堂。"),
    article("助餐点每天11时至12时30分开放。"),
    table([COLUMNS, row("城关镇", 320), row("柳溪镇", 150)]),
    picture(1),
    picture(2),
    article(`咨询电话：${PHONE}。`),
  ];
  const pictures = [png(900, 450, [30, 107, 60]), png(800, 400, [31, 78, 121])];
  const mimeType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  return { name: "助餐点开放情况.docx", mimeType, buffer: docx(pieces.join(""), { comment: REMARK, pictures }) };
}

export async function story(program, staff) {
  if (!suite("story")) return;
  const own = await mkdtemp(join(tmpdir(), "gongkai-story-"));
  const state = { desks: {}, own, receipts: {} };
  const steps = [
    ["an editor takes a Word file: articles keep their numbers, the comment stays behind", takeWord],
    ["the telephone number stops it and is masked, the pictures are put into words", passChecks],
    ["four reviewers pass it, and the reader sees all of it", publish],
    ["the reader takes a receipt, which holds without any server, and not when it was changed", takeReceipt],
    ["a correction: its reviewers see what changed, the reader too, and it has its receipt", correct],
    ["a withdrawal: the reader is told why, and what was public before is still proven", withdraw],
  ];
  try {
    for (const [what, step] of steps) {
      const passed = await test(`story: ${what}`, async (pages) => {
        await open(program, staff, state);
        pages.push(...Object.values(state.desks));
        await step({ program, staff, state, pages });
      });
      if (passed === false) {
        skip("story: the rest", "a step before failed");
        break;
      }
    }
  } finally {
    for (const page of Object.values(state.desks)) await close(page);
    await rm(own, { recursive: true, force: true });
  }
}

/** Each of the six opens a browser; it stays theirs for the whole story. */
async function open(program, staff, state) {
  if (state.desks.reader) return;
  state.desks.editor = await staff.at("editor-mz", "/");
  for (const [login] of GATES) state.desks[login] = await staff.at(login, "/reviews");
  state.desks.reader = await staff.reader("/");
}

async function takeWord({ state }) {
  const page = state.desks.editor;
  state.id = await begin(page, { title: TITLE });
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "导入 Word", exact: true }).click()]);
  await chooser.setFiles(fromOffice());
  const note = page.locator(".ed-note");
  await note.getByText("已导入，请对照原稿核对").waitFor({ timeout: 60_000 });
  const told = await note.innerText();
  for (const said of ["1 条批注", "2 张图片"]) check(told.includes(said), `the notice does not say ${said}: ${told}`);
  await saved(page);
  // What the server holds is what was read, not only what stands on the screen.
  await page.reload();
  const text = await body(page).innerText();
  for (const kept of ["第一条　为方便老年人", "第二条　助餐点每天", "第三条　咨询电话"]) check(text.includes(kept), `${kept} is lost: ${text}`);
  check(!text.includes(REMARK), "the review comment came into the text");
  const heads = body(page).locator("table tr").first().locator("th");
  check((await heads.count()) === COLUMNS.length, `${await heads.count()} heads of ${COLUMNS.length}`);
  await eventually("both pictures are seen", () =>
    page.locator(".ed-figure img").evaluateAll((images) => images.length === 2 && images.every((image) => image.naturalWidth > 0)));
}

async function passChecks({ state }) {
  const page = state.desks.editor;
  await page.getByLabel("主动公开", { exact: true }).check();
  await page.getByRole("button", { name: "提交审核", exact: true }).click();
  await page.locator("#errors").waitFor();
  check((await page.locator("dialog.confirm").count()) === 0, "asked to agree to what is then refused");
  await page.goto(`/documents/${state.id}/edit`);
  const panel = await page.locator("#checks").innerText();
  check(/处须处理/.test(panel), `the number does not stop it: ${panel}`);
  check(!panel.includes(PHONE), "the number is shown in full");
  const effect = await agree(page, () => page.getByRole("button", { name: /^一键遮盖/ }).click());
  check(effect.includes(MASKED), `the dialog does not show what becomes of it: ${effect}`);
  check(/已遮盖 1 处/.test(await flash(page).innerText()), `masked otherwise: ${await flash(page).innerText()}`);
  const text = await body(page).innerText();
  check(text.includes(MASKED) && !text.includes(PHONE), "the number is not masked");

  // Without words for its pictures it does not go either.
  await page.getByLabel("主动公开", { exact: true }).check();
  await agree(page, () => page.getByRole("button", { name: "提交审核", exact: true }).click());
  await page.locator("#errors").getByText("没有替代文字").first().waitFor();
  await page.goto(`/documents/${state.id}/edit`);
  const words = page.locator(".ed-figure textarea");
  await words.nth(0).fill("助餐点门前的示意图");
  await words.nth(1).fill("助餐窗口的示意图");
  await saved(page);
  const asked = await submit(page);
  check(asked.includes("正文图片 2 张"), `the dialog does not count the pictures: ${asked}`);
  check(/已提交/.test(await flash(page).innerText()), "not submitted");
}

/** The four pass it, each at their own desk. `look` is asked at each gate before anything is decided. */
async function passGates(state, look) {
  for (const [login, gate] of GATES) {
    const page = state.desks[login];
    await page.goto("/reviews");
    await page.getByRole("link", { name: TITLE }).first().click();
    await page.waitForURL(/\/reviews\/[^/?]+$/);
    const main = await page.locator("main").innerText();
    check(main.includes(gate), `no word of ${gate}`);
    await look(page, main);
    await claim(page);
    await vouch(page);
    await approve(page, TITLE);
  }
}

/** What holds for the document page on any screen. */
async function soundHere(page) {
  for (const size of [NARROW, WIDE]) {
    await page.setViewportSize(size);
    const faults = await sound(page);
    check(faults.length === 0, `${page.url()} at ${size.width} px\n${faults.join("\n")}`);
  }
}

async function publish({ program, state }) {
  const reader = state.desks.reader;
  const before = await fetch(`${program.portal}/documents/${state.id}`);
  check(before.status === 404, `public before its review: ${before.status}`);
  await passGates(state, async (page, main) => {
    check(main.includes("第三条") && main.includes(MASKED), "the reviewer does not see the text");
    check(main.includes("替代文字：助餐点门前的示意图"), "the reviewer does not read what is told of the pictures");
  });
  const answer = await reader.goto(`/documents/${state.id}`);
  check(answer.status() === 200, `not public after four gates: ${answer.status()}`);
  check((await reader.locator("h1").innerText()) === TITLE, `title ${await reader.locator("h1").innerText()}`);
  const text = await reader.locator("article").first().innerText();
  for (const kept of ["第一条", "第二条", "第三条", MASKED]) check(text.includes(kept), `the reader misses ${kept}`);
  for (const own of [PHONE, REMARK]) check(!(await reader.content()).includes(own), `${own} is public`);
  const heads = reader.locator("article table tr").first().locator("th");
  check((await heads.count()) === COLUMNS.length, `${await heads.count()} heads of ${COLUMNS.length}`);
  const told = await reader.locator("article figure img").evaluateAll((images) => images.map((image) => image.alt));
  check(told.length === 2 && told.every((alt) => alt.includes("示意图")), `pictures told as ${told.join("; ")}`);
  await soundHere(reader);
}

/** Downloads the receipt of what was done (公开, 更正, 撤回) as the page of the document offers it; gives where it lies. */
async function download(state, done) {
  const page = state.desks.reader;
  const section = page.locator("section.sec").filter({ has: page.getByRole("heading", { level: 2, name: new RegExp(`^${done}`) }) });
  const link = section.getByRole("link", { name: /^下载凭证/ });
  await eventually(`a receipt of ${done}`, async () => {
    await page.goto(`/receipts/${state.id}`);
    if ((await link.count()) > 0) return true;
    await new Promise((later) => setTimeout(later, 3000));
    return false;
  }, SIGNED_MS);
  const lines = await section.locator("ol li").count();
  check(lines === 4, `${lines} lines instead of four`);
  const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
  const kept = join(state.own, `${done}.txt`);
  await file.saveAs(kept);
  state.receipts[done] = kept;
  return kept;
}

/** Proves a receipt as anybody could who holds the file and the key: without data directory, settings and network. */
async function proven(state, file) {
  const alone = { env: { PATH: process.env.PATH ?? "", HOME: state.own }, cwd: state.own };
  const { code, stdout, stderr } = await command(PROGRAM, ["verify-receipt", file, "--key", state.key, "--json"], alone);
  return { code, stderr, said: JSON.parse(stdout) };
}

async function takeReceipt({ program, state }) {
  const reader = state.desks.reader;
  await reader.goto(`/documents/${state.id}`);
  await reader.locator("#proof").getByRole("link", { name: "公开凭证", exact: true }).click();
  await reader.waitForURL(`**/receipts/${state.id}`);
  const file = await download(state, "公开");
  // The key is taken elsewhere than the receipt.
  state.key = (await (await fetch(`${program.portal}/log/key`)).text()).trim();
  const { code, stderr, said } = await proven(state, file);
  check(code === 0 && said.ok && said.key_given, `not proven: ${code} ${stderr}`);
  check(said.act === "published" && said.title === TITLE && said.document === state.id && said.edition === 1, JSON.stringify(said));
  const changed = join(state.own, "改过.txt");
  await writeFile(changed, (await readFile(file, "utf8")).replaceAll(TITLE, `${TITLE}二`));
  const refused = await proven(state, changed);
  check(refused.code === 1 && refused.said.ok === false, `a changed receipt holds: ${refused.code} ${JSON.stringify(refused.said)}`);
}

async function correct({ state }) {
  const { editor, reader } = state.desks;
  await editor.goto(`/documents/${state.id}`);
  await editor.getByRole("button", { name: "更正（新的一版）", exact: true }).click();
  await editor.waitForURL("**/documents/*/edit");
  await body(editor).locator("p", { hasText: "第三条" }).click();
  await editor.keyboard.press("End");
  await editor.keyboard.insertText(ADDED);
  await editor.locator("#note").fill("补充施行时间");
  await editor.getByLabel("公开：公众可以逐字看到这一版改了哪里", { exact: true }).check();
  await saved(editor);
  const effect = await submit(editor);
  check(effect.includes("第 2 版公开后代替以前公开的版本"), `the dialog does not say what it replaces: ${effect}`);
  await passGates(state, async (page) => {
    check((await page.locator("#changed").innerText()).includes("施行"), "the reviewer does not see what changed");
  });
  await reader.goto(`/documents/${state.id}`);
  const text = await reader.locator("article").first().innerText();
  check(text.includes("本页是第 2 版") && text.includes(ADDED), "the reader sees the former text");
  await reader.getByRole("link", { name: /^与现在的版本逐字对照/ }).first().click();
  await reader.waitForURL("**/compare?old=1");
  check((await reader.locator("main").innerText()).includes(ADDED), "the comparison does not show what was added");
  const { code, stderr, said } = await proven(state, await download(state, "更正"));
  check(code === 0 && said.act === "corrected" && said.edition === 2 && said.title === TITLE, `${code} ${stderr} ${JSON.stringify(said)}`);
}

async function withdraw({ program, staff, state, pages }) {
  const office = await staff.at("office-chief", `/documents/${state.id}`, pages);
  await office.getByLabel("理由（公众会看到）", { exact: true }).fill(WHY);
  const effect = await agree(office, () => office.getByRole("button", { name: "撤回公开", exact: true }).click());
  check(/撤回不能取消/.test(effect), `the dialog does not say that it is for good: ${effect}`);
  await flash(office).getByText("已撤回公开").waitFor();
  await close(office);
  const { reader } = state.desks;
  const answer = await reader.goto(`/documents/${state.id}`);
  check(answer.status() === 410, `withdrawn, and answered with ${answer.status()}`);
  const tomb = await reader.locator("main").innerText();
  check(tomb.includes(WHY) && !tomb.includes(ADDED), `the reader is told: ${tomb}`);
  check((await (await fetch(`${program.portal}/feed.atom`)).text()).includes(ADDED) === false, "the feed still holds the text");
  const { code, stderr, said } = await proven(state, await download(state, "撤回"));
  check(code === 0 && said.act === "withdrawn" && said.title === null, `${code} ${stderr} ${JSON.stringify(said)}`);
  // Those taken while it was public go on telling what it was.
  for (const done of ["公开", "更正"]) {
    const before = await proven(state, state.receipts[done]);
    check(before.code === 0 && before.said.title === TITLE, `the receipt of ${done} holds no longer: ${before.stderr}`);
  }
}
