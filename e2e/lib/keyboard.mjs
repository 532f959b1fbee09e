// What somebody does who has a keyboard alone.
import { check } from "./report.mjs";

/** Presses Tab until the focus is on what fits (`arg` goes to the page with it); at most `limit` times. Returns how often. */
export async function tabTo(page, fits, limit = 60, arg = undefined) {
  for (let presses = 0; presses < limit; presses += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(fits, arg)) return presses + 1;
  }
  throw new Error(`not reached by ${limit} presses of Tab`);
}

/** Moves to the link or button whose words begin so, and presses Enter. */
export async function press(page, words, limit = 120) {
  const begins = (start) => document.activeElement?.matches("a[href], button, summary") && document.activeElement.textContent.trim().startsWith(start);
  await tabTo(page, begins, limit, words);
  await page.keyboard.press("Enter");
}

/** Moves to the field with this id. */
export const field = (page, id, limit = 120) => tabTo(page, (wanted) => document.activeElement?.id === wanted, limit, id);

/** Chooses in the list that has the focus, as the arrows do. */
export async function choose(page, value) {
  const now = () => page.evaluate(() => document.activeElement.value);
  await page.keyboard.press("Home");
  for (let presses = 0; (await now()) !== value; presses += 1) {
    check(presses < 80, `${value} is not reached by the arrows`);
    await page.keyboard.press("ArrowDown");
  }
}

/** Agrees in the dialog that asks: the focus is on the button that does nothing, and stays in the dialog. */
export async function agreeByKeys(page) {
  await page.locator("dialog.confirm").waitFor();
  check((await page.evaluate(() => document.activeElement.textContent)) === "取消", "the dialog opens with the focus elsewhere");
  await page.keyboard.press("Shift+Tab");
  check(await page.evaluate(() => document.activeElement.closest("dialog.confirm") !== null), "the focus leaves the dialog");
  await page.keyboard.press("Enter");
}
