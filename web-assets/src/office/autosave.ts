// Keeps what is written: to the server two seconds after the last key and on leaving a field (with
// data-autosave-on="leave" only then), to this browser when the server cannot be reached. Never overwrites another
// person's version and never clears a field. Several forms of one object stand inside [data-versions]: they save one
// after the other and share the version.
import { comparison, fieldwise, paragraphs, readable } from "./compare";
import { button, keep, make, stillThere } from "./dom";
import { keyOf } from "./left";
import { alike as same, choices, chosenIn, differences, kept, merged } from "./merge";
import { renewTold } from "./told";
import { filesWait, uploadChosen } from "./upload";

const IDLE_MS = 2000;
const RETRY_MS = [5000, 15_000, 30_000, 60_000];
const SKIPPED = new Set(["version", "once"]);

interface Copy {
  at: string;
  /** The version over which it was written. */
  base?: string;
  fields: [string, string][];
}

export interface Saved {
  undo?: { action: string; label: string } | null;
  saved_at?: string;
  /** What was found in the text as it is saved now, for the panel of checks. */
  panel?: string;
  /** What the text needs besides itself, as it is saved now. */
  needs?: string;
  /** What submitting does to the text as it is saved now. */
  confirm?: string;
  /** What was saved as it is and must be corrected before it is submitted. */
  note?: string;
  /** Whether nobody else changed anything since the page was shown: then its other forms know the new version too. */
  alone?: boolean;
  version?: number | string;
  message?: string;
  current?: unknown;
  /** The same as the fields of the form hold it. */
  fields?: Record<string, string>;
  compare?: string;
  /** Whether the form can still be saved over it, with the version that it has now. */
  merge?: boolean;
}

/** The texts of a form as ordered pairs; files, version and once-token are not text of the person. */
export function textsOf(data: FormData): [string, string][] {
  return [...data.entries()].filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && !SKIPPED.has(entry[0]),
  );
}

const print = (fields: [string, string][]): string => new URLSearchParams(fields).toString();

/** Texts as a reader takes them: the server cleans markup, blanks and the marks between words. */
const alike = (fields: [string, string][]): string =>
  print(
    fields.map(([name, value]) => [
      name,
      readable(value.replace(/<\/(p|h\d|li|td|th|tr)>|<br\s*\/?>/g, " $&"))
        .replace(/[\s、，,；;|]+/g, " ")
        .trim(),
    ]),
  );

const lines = (fields: [string, string][]): string[] => fields.flatMap(([, value]) => paragraphs(value));

// Saving changes the version that the next one must name, so it is one at a time.
let turn: Promise<void> = Promise.resolve();

class Autosave {
  private readonly url: string;
  private readonly key: string;
  private readonly status: HTMLElement | null;
  private saved: string;
  /** The copy that this form has kept. */
  private mine = "";
  private timer = 0;
  private tries = 0;
  busy = false;
  private composing = false;
  private leaving = false;
  private blocked = false;
  /** Holds the choices of a conflict against what is written now; whether they had to be made anew. */
  private renew: (() => boolean) | null = null;
  /** Where a conflict is settled; null = there is none, or nothing to be chosen. */
  private settling: HTMLElement | null = null;

  private readonly onLeave: boolean;
  private readonly scope: HTMLElement;

  constructor(readonly form: HTMLFormElement) {
    this.onLeave = form.dataset.autosaveOn === "leave";
    this.scope = form.closest<HTMLElement>("[data-versions]") ?? form;
    this.url = form.dataset.autosave ?? "";
    this.key = keyOf(this.url);
    this.status = form.querySelector("[data-autosave-status]") ?? document.querySelector("[data-autosave-status]");
    this.saved = print(this.texts());
    this.offerCopy();
    form.addEventListener("input", () => this.changed());
    form.addEventListener("change", () => this.changed());
    form.addEventListener("compositionstart", () => (this.composing = true));
    form.addEventListener("compositionend", () => {
      this.composing = false;
      this.changed();
    });
    form.addEventListener("focusout", () => void this.save());
    form.addEventListener("save-now", () => void this.save(true));
    // Before every other listener: what is to be chosen is chosen here, and another page would not have the choices.
    const settle = (event: SubmitEvent): void => {
      if (event.target !== form || !this.settling?.isConnected) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.settling.focus();
      this.say("没有保存：请先在上面逐栏选定用哪一边的，再点“按选择合并并保存”", true);
    };
    document.addEventListener("submit", settle, { capture: true });
    // On the window, after every other listener: only a submission that really goes lets the page be left unasked.
    addEventListener("submit", (event) => {
      if (event.target !== form || event.defaultPrevented) return;
      this.leaving = true;
      clearTimeout(this.timer);
    });
    addEventListener("online", () => void this.save());
    addEventListener("beforeunload", (event) => {
      if (this.dirty() && !this.leaving) event.preventDefault();
    });
    addEventListener("pageshow", () => (this.leaving = false));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && this.dirty() && !this.leaving) {
        this.keepCopy();
        void this.save();
      }
    });
  }

  private texts(): [string, string][] {
    return textsOf(new FormData(this.form));
  }

  /** The version over which the form is written; empty where there are none. */
  private base(): string {
    return this.form.querySelector<HTMLInputElement>("input[name=version]")?.value ?? "";
  }

  /** Whether something is not on the server yet. */
  pending(): boolean {
    return this.busy || this.dirty();
  }

  /** Saves what is there; what cannot be saved is kept in this browser and offered again. */
  async flush(onlyWait = false): Promise<void> {
    while (this.busy) await turn;
    if (!onlyWait && this.dirty()) await this.save();
  }

  private dirty(): boolean {
    return print(this.texts()) !== this.saved;
  }

  private changed(): void {
    clearTimeout(this.timer);
    this.leaving = false;
    if (this.blocked) {
      this.timer = window.setTimeout(() => this.renew?.(), IDLE_MS / 4);
      return void this.keepCopy();
    }
    if (this.dirty())
      this.timer = window.setTimeout(
        () => void (this.onLeave && !this.held() ? this.keepCopy() : this.save()),
        IDLE_MS,
      );
  }

  private say(text: string, bad = false, ...more: (Node | string)[]): void {
    if (!this.status || (this.status.textContent === text && more.length === 0)) return;
    this.status.classList.toggle("bad", bad);
    this.status.replaceChildren(text, ...more);
  }

  private keepCopy(): boolean {
    const copy: Copy = { at: new Date().toISOString(), base: this.base(), fields: this.texts() };
    this.mine = JSON.stringify(copy);
    return keep.set(this.key, this.mine);
  }

  /** Forgets the copy of this form. Another tab's, which was promised there, stays. */
  private dropCopy(): void {
    if (keep.get(this.key) === this.mine) keep.drop(this.key);
  }

  /**
   * A line break where the text is to be split is half a command: its button says the rest, with one step to take back.
   */
  private held(): boolean {
    const marks = [...(this.form.dataset.autosaveHold ?? "").replace("\\n", "\n")];
    const count = (text: string): number => [...text].filter((mark) => marks.includes(mark)).length;
    return (
      marks.length > 0 &&
      [...this.form.querySelectorAll("textarea")].some((field) => count(field.value) > count(field.defaultValue))
    );
  }

  /** Sends the texts. Saving without a change is nothing, except that a person who asks hears an answer. */
  private async save(asked = false): Promise<void> {
    clearTimeout(this.timer);
    if (this.blocked || this.composing || this.held()) return;
    if (this.busy) return void (this.timer = window.setTimeout(() => void this.save(), 500));
    const fields = this.texts();
    const sent = print(fields);
    if (sent === this.saved) {
      if (this.status?.classList.contains("bad") && this.tries === 0) {
        // What was wrong is taken back: nothing is left to be saved or to be offered again.
        this.dropCopy();
        this.say("没有新的改动");
      }
      if (asked && this.status && !this.status.textContent) this.say("没有新的改动");
      return;
    }
    this.busy = true;
    const before = turn;
    let done = (): void => undefined;
    turn = new Promise((resolve) => (done = resolve));
    await before;
    try {
      const body = new URLSearchParams(fields);
      const version = this.form.querySelector<HTMLInputElement>("input[name=version]");
      if (version) body.set("version", version.value);
      const answer = await fetch(this.url, {
        method: "POST",
        body,
        credentials: "same-origin",
        redirect: "manual",
        headers: { Accept: "application/json" },
        keepalive: document.visibilityState === "hidden" && sent.length < 60_000,
      });
      await this.answered(answer, sent, version);
    } catch {
      this.failed("网络不通");
    } finally {
      this.busy = false;
      done();
    }
    if (!this.blocked && !this.onLeave && this.tries === 0 && this.dirty())
      this.timer = window.setTimeout(() => void this.save(), IDLE_MS);
  }

  private async answered(answer: Response, sent: string, version: HTMLInputElement | null): Promise<void> {
    // A redirect is the way to the sign-in page; following it would lose the text.
    if (answer.type === "opaqueredirect" || answer.status === 401) return this.signedOut();
    const json = (await answer.json().catch(() => ({}))) as Saved;
    if (answer.status === 409) return this.conflict(json);
    if (answer.ok) {
      this.saved = sent;
      this.tries = 0;
      if (version && json.version !== undefined) this.advance(version, String(json.version), json.alone === true);
      this.dropCopy();
      this.form.dispatchEvent(new CustomEvent<Saved>("autosaved", { bubbles: true, detail: json }));
      const note = json.note ? `。${json.note}` : "";
      return this.say(`已保存 ${json.saved_at ?? ""}`.trim() + note, note !== "");
    }
    if (answer.status < 500) {
      // The server refuses this text; trying again by itself would not help, the next change will.
      this.keepCopy();
      return this.say(`没有保存：${json.message ?? "请检查填写的内容"}。文字已暂存在这台电脑。`, true);
    }
    this.failed("服务器暂时没有响应");
  }

  /**
   * The forms that saw the same version saw this change too, which was made beside them, unless somebody else's lies
   * between.
   */
  private advance(own: HTMLInputElement, now: string, alone: boolean): void {
    const seen = own.value;
    own.value = now;
    if (!alone) return;
    for (const field of this.scope.querySelectorAll<HTMLInputElement>("input[name=version]")) {
      if (field.value === seen) field.value = now;
    }
  }

  private failed(why: string): void {
    const kept = this.keepCopy();
    this.say(
      kept ? `${why}，文字已暂存在这台电脑，恢复后自动保存` : `${why}，这台电脑也存不下，请先把文字复制出来`,
      true,
    );
    const wait = RETRY_MS[Math.min(this.tries, RETRY_MS.length - 1)];
    this.tries += 1;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), wait);
  }

  private signedOut(): void {
    const kept = this.keepCopy();
    const link = make("a", { href: "/signin", target: "_blank", rel: "noopener" }, "在新窗口重新登录");
    this.say(
      kept ? "登录已到期，文字已暂存在这台电脑。请" : "登录已到期，请先把文字复制出来，再",
      true,
      link,
      "，回到本页后自动保存。",
    );
    this.tries += 1;
    addEventListener("focus", () => void this.save(), { once: true });
  }

  /** Somebody else saved meanwhile: both texts stay, nothing is sent any more from here. */
  private conflict(json: Saved): void {
    this.blocked = true;
    this.keepCopy();
    this.say("没有保存：已有别的改动", true);
    const fields = json.merge && json.fields ? json.fields : {};
    let list = differences(this.seen(), this.texts(), fields);
    const panel = make(
      "section",
      { class: "conflict", role: "alert", tabindex: "-1" },
      make("h2", {}, "刚有另一个版本保存进来"),
    );
    panel.append(
      make(
        "p",
        {},
        json.message ?? "您打开以后，这里又保存过，可能是同事，也可能是您自己的另一个窗口。没有覆盖任何内容。",
        "您写的文字还在下面，并已暂存在这台电脑。",
        list.length > 0
          ? "请逐栏对照，选定用哪一边的，再合并保存。"
          : "请对照两边：要用自己写的，先复制，再载入服务器上的版本，把它放进去。",
      ),
    );
    const other = readable(json.current);
    let picks = choices(this.form, list);
    if (list.length > 0) {
      panel.append(picks, make("details", {}, make("summary", {}, "看服务器上的文字"), make("pre", {}, other)));
    } else if (other) {
      const texts = Object.values(json.current as object).filter((value) => typeof value === "string");
      const [own, theirs] = json.fields
        ? fieldwise(this.form, this.texts(), json.fields)
        : [lines(this.texts()), texts.flatMap(paragraphs)];
      panel.append(
        comparison(own, theirs, "您写的文字"),
        make("details", {}, make("summary", {}, "看服务器上的文字"), make("pre", {}, other)),
      );
    }
    const row = make("div", { class: "row" });
    const compare = json.compare;
    if (compare)
      row.append(
        make("a", { class: "btn main", href: compare, target: "_blank", rel: "noopener" }, "逐处对照（新窗口）"),
      );
    if (list.length > 0) {
      this.settling = panel;
      this.renew = (): boolean => {
        const now = differences(this.seen(), this.texts(), fields);
        if (same(list, now)) return false;
        const next = choices(this.form, now, kept(list, chosenIn(picks)));
        picks.replaceWith(next);
        [picks, list] = [next, now];
        return true;
      };
      const merge = (): void => {
        // What was written since is seen before it is saved or put away.
        this.renew?.();
        const whole = merged(this.texts(), list, chosenIn(picks));
        if (!whole) {
          const open = list.find((one) => chosenIn(picks)(one.field) === null);
          const first = picks.querySelector<HTMLInputElement>(`[data-merge="${CSS.escape(open?.field ?? "")}"] input`);
          first?.focus();
          return this.say("两边都改过的栏目，请先选定用哪一边的；您刚才又改过的，请再选一次", true);
        }
        panel.remove();
        this.over(whole, String(json.version ?? ""));
      };
      row.append(button("按选择合并并保存", "main", merge));
    }
    row.append(
      button(
        "复制我的文字",
        "",
        () =>
          void navigator.clipboard?.writeText(
            this.texts()
              .map(([, value]) => value)
              .join("\n\n"),
          ),
      ),
      button("载入服务器上的版本", "", () => {
        this.leaving = true;
        location.reload();
      }),
    );
    panel.append(row);
    this.form.prepend(panel);
    panel.focus();
  }

  /** What both saw before either wrote on: the form as it was last saved here. */
  private seen(): [string, string][] {
    return [...new URLSearchParams(this.saved).entries()];
  }

  /** Saves these fields over the version that the server has now: both sides were looked at. */
  private over(fields: [string, string][], version: string): void {
    const own = this.form.querySelector<HTMLInputElement>("input[name=version]");
    if (own && version) own.value = version;
    restore(this.form, fields);
    this.saved = "";
    this.blocked = false;
    [this.renew, this.settling] = [null, null];
    void this.save(true);
  }

  /** A copy left from an earlier failure: offered, never put in unasked. */
  private offerCopy(): void {
    const text = keep.get(this.key);
    if (!text) return;
    let copy: Copy;
    try {
      copy = JSON.parse(text) as Copy;
    } catch {
      return keep.drop(this.key);
    }
    // Left while it was being saved: the answer never came, but the text arrived.
    if (!Array.isArray(copy.fields) || alike(copy.fields) === alike(this.texts())) return keep.drop(this.key);
    const when = inChina(copy.at);
    // Written over a text that is not there any more: put in, it would go over what somebody saved meanwhile.
    const stale = (copy.base ?? "") !== this.base();
    const panel = make(
      "section",
      { class: "notice warn", role: "status" },
      make("h2", {}, "找到没有保存的文字"),
      make(
        "p",
        {},
        stale
          ? `这台电脑在 ${when} 暂存了一份文字；那以后服务器上的文字又改过，直接恢复会盖掉那些改动。下面页面里是服务器上的文字；请对照两边，把要用的部分复制进去。`
          : `这台电脑在 ${when} 暂存了一份文字，和服务器上保存的不一样。`,
      ),
    );
    const words = lines(copy.fields).join("\n");
    if (stale) {
      panel.append(
        comparison(lines(copy.fields), lines(this.texts()), "暂存的文字"),
        make("details", {}, make("summary", {}, "看暂存的全部文字"), make("pre", {}, words)),
      );
    }
    panel.append(
      make(
        "div",
        { class: "row" },
        stale
          ? button("复制暂存的文字", "main", () => void navigator.clipboard?.writeText(words))
          : button("恢复这些文字", "main", () => {
              this.mine = text;
              restore(this.form, copy.fields);
              panel.remove();
              this.changed();
            }),
        button("丢弃", "", () => {
          keep.drop(this.key);
          panel.remove();
        }),
      ),
    );
    this.form.prepend(panel);
  }
}

/** A moment as every page shows it, wherever the computer believes to be: 2026-11-28 14:01. */
export function inChina(at: string): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: "Asia/Shanghai",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(new Date(at));
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("year")}-${of("month")}-${of("day")} ${of("hour")}:${of("minute")}`;
}

function restore(form: HTMLFormElement, fields: [string, string][]): void {
  const values = new Map<string, string[]>();
  for (const [name, value] of fields) values.set(name, [...(values.get(name) ?? []), value]);
  for (const field of form.elements) {
    if (field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio")) {
      field.checked = values.get(field.name)?.includes(field.value) ?? false;
    } else if (
      field instanceof HTMLInputElement ||
      field instanceof HTMLTextAreaElement ||
      field instanceof HTMLSelectElement
    ) {
      const value = values.get(field.name)?.shift();
      if (
        value === undefined ||
        SKIPPED.has(field.name) ||
        (field instanceof HTMLInputElement && field.type === "file")
      )
        continue;
      field.value = value;
      // The rich editor listens for this to take the text over.
      field.dispatchEvent(new CustomEvent("restored"));
    }
  }
}

/**
 * Before any form goes, the others are saved, since the next page would not have their texts; and what is just being
 * saved is waited for, since it changes the version that the form must name.
 */
function flushBefore(all: Autosave[]): void {
  const flushed = new WeakSet<HTMLFormElement>();
  const before = (event: SubmitEvent): void => {
    const form = event.target;
    if (
      event.defaultPrevented ||
      !(form instanceof HTMLFormElement) ||
      form.method === "dialog" ||
      flushed.delete(form)
    )
      return;
    // A button that states what is saved is pressed when all of it is saved, chosen files too.
    const first = event.submitter?.hasAttribute("data-saved-first") === true;
    const waiting = all.filter((one) => (one.form === form && !first ? one.busy : one.pending()));
    const files = first && filesWait();
    if (waiting.length === 0 && !files) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const target = form.action;
    void (async () => {
      for (const one of waiting) await one.flush(one.form === form && !first);
      // Neither is the text submitted without them, nor with what could not be saved: the page says what is wrong.
      if (first && waiting.some((one) => one.form === form && one.pending())) return;
      const status = document.querySelector("[data-autosave-status]");
      if (files && status) status.textContent = "附件还在上传，传完以后再提交";
      if (files && !(await uploadChosen())) {
        document.querySelector<HTMLElement>(".up-rows")?.scrollIntoView({ block: "center" });
        return;
      }
      // The button to take a step back names another step now: it is pressed again, or not.
      if (form.hasAttribute("data-undo") && form.action !== target) return;
      flushed.add(form);
      // The part of the page with the button may have been read anew.
      const pressed =
        stillThere(event.submitter) ?? (first ? form.querySelector<HTMLElement>("button[data-saved-first]") : null);
      form.requestSubmit(pressed);
    })();
  };
  // Before every other listener, so that nobody takes the submission that waits for one that goes.
  document.addEventListener("submit", before, { capture: true });
}

/** The button that takes the last step back names the step that was just saved. */
function renewUndo(saved: Saved): void {
  const form = document.querySelector<HTMLFormElement>("form[data-undo]");
  const label = form?.querySelector("button");
  if (!form || !label || !saved.undo) return;
  form.action = saved.undo.action;
  form.hidden = false;
  label.textContent = saved.undo.label;
  label.dataset.command = "撤销上一步";
}

/** A text that only its own button sends survives the page that another button loads. */
function keepTexts(): void {
  for (const field of document.querySelectorAll<HTMLTextAreaElement>("textarea[data-keep]")) {
    const key = `gongkai:text:${location.pathname}#${field.id}`;
    try {
      if (field.value === "") field.value = sessionStorage.getItem(key) ?? "";
      field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
      field.form?.addEventListener("submit", () => sessionStorage.removeItem(key));
    } catch {
      return;
    }
  }
}

export function autosave(): void {
  const all = [...document.querySelectorAll<HTMLFormElement>("form[data-autosave]")].map((form) => new Autosave(form));
  if (all.length > 0) flushBefore(all);
  document.addEventListener("autosaved", (event) => {
    renewUndo((event as CustomEvent<Saved>).detail);
    renewTold((event as CustomEvent<Saved>).detail);
  });
  keepTexts();
}
