// People at work: signed in once each, their cookie used for every further page.
import { WIDE, close, open } from "./browser.mjs";

export class Staff {
  constructor(browser, program) {
    this.browser = browser;
    this.program = program;
    this.states = new Map();
  }

  /** The cookies of a signed-in account. */
  async state(login) {
    if (!this.states.has(login)) {
      const page = await open(this.browser, { origin: this.program.office });
      await this.signIn(page, login);
      this.states.set(login, await page.context().storageState());
      await close(page);
    }
    return this.states.get(login);
  }

  /** Fills the sign-in form on whatever page shows it. */
  async signIn(page, login, { from = "/signin" } = {}) {
    if (from) await page.goto(from);
    await page.getByLabel("登录名", { exact: true }).fill(login);
    await page.getByLabel("密码", { exact: true }).fill(this.program.passwordOf(login));
    await Promise.all([page.waitForURL((url) => !url.pathname.startsWith("/signin")), page.getByRole("button", { name: "登录", exact: true }).click()]);
  }

  /** A page of this account, in a context of its own. `pages`: photographed when the test fails. */
  async at(login, path, pages = [], options = {}) {
    const state = options.fresh ? undefined : await this.state(login);
    const page = await open(this.browser, { origin: this.program.office, size: WIDE, state, ...options });
    pages.push(page);
    if (options.fresh) await this.signIn(page, login);
    if (path) await page.goto(path);
    return page;
  }

  /** A reader of the portal. */
  async reader(path, pages = [], options = {}) {
    const page = await open(this.browser, { origin: this.program.portal, size: WIDE, ...options });
    pages.push(page);
    await page.goto(path);
    return page;
  }
}
