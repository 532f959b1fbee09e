// What is done with a case at a desk, in the words of its pages: steps, letters that a second person signs, files, delivery.
import { act, agree, flash } from "./desk.mjs";
import { check } from "./report.mjs";

/** Fills the fields of a form by their names: a list of choices, or what is typed. */
export async function fill(page, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const field = page.locator(`#${name}`);
    if (await field.evaluate((element) => element.tagName === "SELECT")) await field.selectOption(value);
    else await field.fill(value);
  }
}

/** Chooses a round button by its value. */
export const choose = (page, name, value) => page.locator(`input[name=${name}][value="${value}"]`).check();

/** Opens what the page of the case offers under this name, folded up or not. */
export async function offered(page, id, label) {
  await page.goto(`/cases/${id}`);
  const link = page.locator("main").getByRole("link", { name: label, exact: true });
  if (!(await link.first().isVisible())) await page.locator("main summary").filter({ hasText: /^其他$/ }).click();
  await link.first().click();
}

/** Presses a button of a form; the message that it leaves must hold `words`. */
export async function press(page, label, words = "") {
  await act(page, () => page.locator("main").getByRole("button", { name: label, exact: true }).first().click());
  const told = await flash(page).innerText();
  check(told.includes(words), `${label}: told “${told}”, not “${words}”`);
  return told;
}

/** Takes a step of the case. */
export async function step(page, id, label, fields = {}) {
  await offered(page, id, label);
  await fill(page, fields);
  await press(page, label, `已办理：${label}`);
}

/** Drafts a letter from its fields; the address of its page. */
export async function draft(page, id, label, fields) {
  await offered(page, id, `制作${label}`);
  await fill(page, fields);
  await press(page, "拟出文书", "等另一个人签发");
  return new URL(page.url()).pathname;
}

/** Has a second person sign a letter, and its drafter hand it over this way. Returns what the dialog told before it was signed. */
export async function goesOut(desk, head, letter, way) {
  await head.goto(letter);
  const effect = await agree(head, () => head.getByRole("button", { name: "签发", exact: true }).click());
  await flash(head).getByText("已签发并编号").waitFor();
  await desk.goto(letter);
  await fill(desk, { way });
  await press(desk, "登记送达", "已登记送达");
  return effect;
}
