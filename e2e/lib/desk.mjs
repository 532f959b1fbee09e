// What people do at their desks, in the words of the pages; used by several journeys.
import { check } from "./report.mjs";

/** The four gates in order, and who stands at them in the demonstration. */
export const GATES = [["secrecy", "保密审查"], ["wording", "文字关"], ["policy", "政策关"], ["political", "政治关"]];

/** The message that the last action left. */
export const flash = (page) => page.locator(".flash, main > .notice[role=status]").first();

/** Presses a button that opens the dialog with the effect, reads the effect and agrees. Returns what the dialog said. */
export async function agree(page, press) {
  await press();
  const dialog = page.locator("dialog.confirm");
  await dialog.waitFor();
  const effect = await dialog.innerText();
  await dialog.locator(".submit .btn").first().click();
  return effect;
}

/** Begins a document and stands in its editor. */
export async function begin(page, { title, kind = "notice", column = "notices" }) {
  await page.goto("/documents/new");
  await page.getByLabel("标题", { exact: true }).fill(title);
  await page.locator("#kind").selectOption(kind);
  await page.locator("#column").selectOption(column);
  await page.getByRole("button", { name: "开始撰写" }).click();
  await page.waitForURL("**/documents/*/edit");
  return page.url().split("/").at(-2);
}

/** The editor's text field: the rich one, or the plain one where scripts are off. */
export const body = (page) => page.getByRole("textbox", { name: "正文", exact: true });

/** Waits until what was written has reached the server. */
export async function saved(page) {
  await page.locator("[data-autosave-status]").getByText(/^已保存 \d\d:\d\d$/).waitFor({ timeout: 12_000 });
}

/** Puts a text with its paragraphs into the rich editor in place of what stands there, as from Word, and waits for the autosave. */
export async function paste(page, html) {
  await body(page).click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData("text/html", text);
    data.setData("text/plain", "x");
    document.querySelector(".ProseMirror").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, html);
  await saved(page);
}

/** Writes a text into the rich editor and waits for the autosave. */
export async function write(page, text) {
  await body(page).click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(text);
  await saved(page);
}

/** Says that the document is to be public; submits it. */
export async function submit(page) {
  await page.getByLabel("主动公开", { exact: true }).check();
  const effect = await agree(page, () => page.getByRole("button", { name: "提交审核" }).click());
  await page.waitForURL(/\/documents\/[^/]+$/);
  return effect;
}

/** Writes a document and submits it; returns its id. */
export async function submitted(staff, login, { title, text }, pages) {
  const page = await staff.at(login, "", pages);
  const id = await begin(page, { title });
  await write(page, text);
  await submit(page);
  await page.context().close();
  return id;
}

/** From the list of reviews to the page of one. */
export async function openReview(page, title) {
  await page.goto("/reviews");
  await page.getByRole("link", { name: title }).first().click();
  await page.waitForURL(/\/reviews\/[^/?]+$/);
}

/** Claims the review that is open, if it is not claimed yet. */
export async function claim(page) {
  const button = page.getByRole("button", { name: "领取", exact: true });
  if ((await button.count()) === 0) return;
  await button.click();
  await page.getByRole("button", { name: "放回", exact: true }).waitFor();
}

/** Ticks everything that the gate asks. */
export async function tick(page) {
  for (const box of await page.locator("input[data-tick]").all()) await box.check();
}

/** Approves the review that is open; returns what the dialog told. */
export async function pass(page) {
  await tick(page);
  const effect = await agree(page, () => page.getByRole("button", { name: "通过", exact: true }).click());
  await flash(page).waitFor();
  return effect;
}

/** Says of everything that nobody but a person can read (pictures, what no program reads), that it was looked at. */
export async function vouch(page) {
  for (let left = 4; left > 0; left -= 1) {
    const open = page.locator("details").filter({ hasText: "核对后放行" });
    if ((await open.count()) === 0) return;
    await open.first().locator("summary").click();
    await open.first().locator("textarea").fill("已看过，没有个人信息");
    await agree(page, () => open.first().getByRole("button", { name: "放行", exact: true }).click());
    await flash(page).waitFor();
  }
  check(false, "something is still to be vouched for");
}

/** One reviewer finds the document in the list, claims it and approves it. */
export async function approve(page, title) {
  await openReview(page, title);
  await claim(page);
  return pass(page);
}

/** Agrees where the page asks before it acts, and waits for the answer. */
export async function act(page, press) {
  // What an earlier act said is no answer to this one.
  await page.evaluate(() => document.querySelectorAll(".flash, main > .notice[role=status]").forEach((one) => one.remove()));
  await press();
  const dialog = page.locator("dialog.confirm");
  await dialog.or(flash(page)).first().waitFor();
  if (await dialog.isVisible()) await dialog.locator(".submit .btn").first().click();
  await flash(page).waitFor();
}

/** Asks until the answer is as wanted; the work behind is quick, but not at once. */
export async function eventually(what, ask, ms = 5000) {
  const end = performance.now() + ms;
  for (;;) {
    if (await ask()) return;
    check(performance.now() < end, `not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
