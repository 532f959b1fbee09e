// One browser; for each reader or member of staff a context of their own, watched for what must never happen.
import { chromium } from "playwright-core";

import { CHROMIUM } from "./places.mjs";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/** Starts the system's chromium with a fresh profile. */
export function launch() {
  if (!CHROMIUM) throw new Error("chromium is missing: install it, or name it in CHROMIUM");
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS, headless: true });
}

export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 360, height: 740 };

/**
 * A page of its own context.
 * size: WIDE or NARROW · elder: with the elder mode's cookie · js: false = no scripts at all · plain: true = the site's
 * scripts come empty, so that the page is as without scripts and can still be measured · state: a signed-in state.
 */
export async function open(browser, { origin, size = WIDE, elder = false, js = true, plain = false, state, touch = false } = {}) {
  const context = await browser.newContext({
    viewport: size,
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    javaScriptEnabled: js,
    baseURL: origin,
    storageState: state,
    hasTouch: touch,
    reducedMotion: "reduce",
    permissions: js ? ["clipboard-read", "clipboard-write"] : [],
  });
  context.setDefaultTimeout(8000);
  context.setDefaultNavigationTimeout(60_000);
  if (elder) await context.addCookies([{ name: "mode", value: "elder", url: origin }]);
  if (plain) await context.route("**/*.js", (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
  const page = await context.newPage();
  page.watched = watch(page, origin);
  return page;
}

/** Collects what must not be there: errors in the console, violations of the policy, requests elsewhere. */
export function watch(page, origin) {
  const seen = { errors: [], foreign: [], bytes: 0, requests: 0, pending: [] };
  page.on("console", (message) => {
    // A status of 4xx of the page itself is what some tests ask for.
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) seen.errors.push(message.text());
  });
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(data|blob|about):/.test(url) && new URL(url).origin !== origin) seen.foreign.push(url);
  });
  page.on("requestfinished", (request) => {
    seen.requests += 1;
    const sizes = request.sizes().then((size) => {
      seen.bytes += size.responseBodySize + size.responseHeadersSize;
    });
    seen.pending.push(sizes.catch(() => undefined));
  });
  seen.reset = () => Object.assign(seen, { errors: [], foreign: [], bytes: 0, requests: 0, pending: [] });
  return seen;
}

/** Closes a page with its context. */
export const close = (page) => page.context().close();
