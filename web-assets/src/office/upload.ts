// Chosen files go to the server in parts, one file after the other, each with words, percent and a button to cancel; a
// line that drops costs a part. Then the lists of the page are read again. Without scripts the form sends them whole.
import { mayTryAgain, reason, size } from "./answers";
import { button, make } from "./dom";
import { parse } from "./inert";
import { transfer, type About, type Answer, type Line, type Outcome, type Step, type Wish } from "./transfer";

/** A part that takes longer is taken for cut: a line can die without a word. */
const PATIENCE_MS = 120_000;

async function ask(address: string, init: RequestInit): Promise<Answer> {
  try {
    const headers = { Accept: "application/json" };
    const answer = await fetch(address, { ...init, credentials: "same-origin", redirect: "manual", headers });
    if (answer.type === "opaqueredirect") return { status: 401, text: "" };
    return { status: answer.status, text: await answer.text() };
  } catch {
    return { status: 0, text: "" };
  }
}

function send(address: string, bytes: Blob, progress: (sent: number) => void, wish: Wish): Promise<Answer> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.timeout = PATIENCE_MS;
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onloadend = () => {
      wish.abort = undefined;
      resolve({ status: request.status, text: request.responseText });
    };
    wish.abort = () => request.abort();
    request.send(bytes);
  });
}

const rest = (ms: number, wish: Wish): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      removeEventListener("online", done);
      wish.abort = undefined;
      resolve();
    };
    const timer = setTimeout(done, ms);
    addEventListener("online", done);
    wish.abort = done;
  });

const line: Line = {
  post: (address, fields) => ask(address, { method: "POST", body: new URLSearchParams(fields) }),
  get: (address) => ask(address, {}),
  send,
  rest,
};

/** Reads the page again: new lists, new forms in them. */
async function refresh(): Promise<void> {
  const answer = await fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = parse(await answer.text());
  const here = document.querySelectorAll("[data-upload-list]");
  const there = page.querySelectorAll("[data-upload-list]");
  here.forEach((list, index) => {
    const fresh = there[index];
    if (!fresh) return;
    list.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
    for (const form of list.querySelectorAll<HTMLFormElement>("form[data-upload]")) attach(form);
  });
  // What is asked before submitting names the files, too.
  const asks = (of: Document): HTMLElement | null => of.querySelector<HTMLElement>("button[data-saved-first]");
  const [ask, fresh] = [asks(document), asks(page)];
  if (ask && fresh) ask.dataset.confirm = fresh.dataset.confirm ?? "";
}

/** How far it is, in words. */
export function words(step: Step, all: number): string {
  const percent = (done: number): string => `${Math.floor((done / Math.max(all, 1)) * 100)}%`;
  switch (step.at) {
    case "reading":
      return `正在核对文件，${percent(step.done)}`;
    case "sending":
      return `已上传 ${size(step.done)} / ${size(all)}，${percent(step.done)}`;
    case "waiting":
      return `网络中断，${step.seconds} 秒后自动继续；已收到 ${percent(step.done)}，不用重新选择文件`;
    case "checking":
      return "已传完，正在检查文件内容";
  }
}

/** What is wrong, in words, where something is. */
export function fault(outcome: Outcome): string {
  switch (outcome.end) {
    case "refused":
      return outcome.text ? reason(outcome.status, outcome.text) : "没有传上去，请重新选择文件再传一次";
    case "cut":
      return outcome.status === 401
        ? "登录已到期，请在新窗口重新登录后点“继续”；已收到的部分还在"
        : "一直连不上服务器，已收到的部分保留 24 小时。网络恢复后点“继续”，从断开的地方接着传";
    case "same":
      return `内容和已有的附件“${outcome.name}”完全相同，没有重复添加`;
    case "unreadable":
      return "这个文件读不出来，可能被移动、删除，或正被别的程序改动。请重新选择";
    default:
      return "";
  }
}

/** One file on its way: its row on the page. */
class Row {
  private readonly state = make("span", { class: "num" });
  /** For whoever hears the page: what begins and ends, and each quarter. */
  private readonly spoken = make("span", { class: "vh", role: "status" });
  private readonly bar: HTMLProgressElement;
  private said = "";

  constructor(
    private readonly file: File,
    private readonly row: HTMLElement,
  ) {
    const max = String(Math.max(file.size, 1));
    this.bar = make("progress", { max, value: "0", "aria-label": `上传 ${file.name}` });
    this.state.textContent = `等待，${size(file.size)}`;
  }

  /** Sends it; whether it is attached. */
  async go(about: About): Promise<boolean> {
    const wish: Wish = { cancelled: false };
    const stop = button("取消", "small", () => {
      wish.cancelled = true;
      wish.abort?.();
      this.state.textContent = "正在取消";
    });
    stop.setAttribute("aria-label", `取消上传 ${this.file.name}`);
    this.row.replaceChildren(make("span", {}, this.file.name), this.state, this.bar, stop, this.spoken);
    const outcome = await transfer(this.file, about, line, (step) => this.show(step), wish);
    return this.over(outcome, about);
  }

  private show(step: Step): void {
    const text = words(step, this.file.size);
    this.state.textContent = text;
    const done = step.at === "checking" ? this.file.size : step.done;
    this.bar.value = done;
    const quarter = step.at === "sending" ? Math.floor((done / Math.max(this.file.size, 1)) * 4) : 0;
    const mark = `${step.at} ${quarter}`;
    const told = step.at === "sending" ? `正在上传，${quarter * 25}%` : text;
    if (mark !== this.said) this.spoken.textContent = `${this.file.name}：${told}`;
    this.said = mark;
  }

  private over(outcome: Outcome, about: About): boolean {
    const name = make("span", {}, this.file.name);
    if (outcome.end === "done" || outcome.end === "cancelled") {
      const text = outcome.end === "done" ? `已上传，${size(this.file.size)}` : "已取消，没有添加";
      this.row.replaceChildren(name, make("span", { class: "num", role: "status" }, text));
      return outcome.end === "done";
    }
    const again = (label: string, next: About): HTMLButtonElement =>
      button(label, "small", () => void this.go(next).then((good) => (good ? refresh() : undefined)));
    const buttons: HTMLButtonElement[] = [];
    if (outcome.end === "cut") buttons.push(again("继续", about));
    if (outcome.end === "refused" && mayTryAgain(outcome.status)) buttons.push(again("重试", about));
    if (outcome.end === "same") {
      // The place of another is taken by other bytes only.
      if (!about.replaces) buttons.push(again("仍然添加", { ...about, twice: true }));
      const { upload } = outcome;
      buttons.push(
        button("不添加", "small", () => {
          if (upload) void line.post(`${about.address}/${upload}/cancel`, {});
          this.row.remove();
        }),
      );
    }
    this.row.replaceChildren(name, ...buttons, make("span", { class: "err", role: "alert" }, fault(outcome)));
    return false;
  }
}

/** What a form of files offers to whoever submits another form of the page. */
interface Chosen {
  form: HTMLFormElement;
  /** Whether files were chosen that are not on the server. */
  waiting: () => boolean;
  /** Sends them; says whether all arrived. */
  send: () => Promise<boolean>;
}

const forms = new Map<HTMLFormElement, Chosen>();

/** Those of the page as it is now. */
const present = (): Chosen[] => [...forms.values()].filter(({ form }) => form.isConnected);

/** Whether a file was chosen and not uploaded. */
export const filesWait = (): boolean => present().some((form) => form.waiting());

/** Uploads what was chosen; false when something did not arrive, and the page says what. */
export async function uploadChosen(): Promise<boolean> {
  let good = true;
  for (const form of present()) if (form.waiting()) good = (await form.send()) && good;
  return good;
}

/** Where a form tells of its files: outside of the lists that are read again. */
function rowsOf(form: HTMLFormElement): HTMLElement {
  const home = form.closest("[data-upload-list]") ? document.querySelector<HTMLFormElement>("form.up") : form;
  const known = home?.querySelector<HTMLElement>(".up-rows");
  if (known) return known;
  const rows = make("div", { class: "up-rows" });
  (home ?? form).append(rows);
  return rows;
}

function attach(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>("input[type=file]");
  const address = form.dataset.upload;
  if (!input || !address || forms.has(form)) return;
  let busy = false;
  const start = async (files: File[]): Promise<boolean> => {
    if (busy || files.length === 0) return false;
    busy = true;
    let good = true;
    const rows = rowsOf(form);
    const queue = files.map((file) => ({ file, row: rows.appendChild(make("div", { class: "file" }, file.name)) }));
    for (const { file, row } of queue) {
      const about: About = {
        address,
        name: file.name,
        replaces: form.querySelector<HTMLInputElement>("input[name=replaces]")?.value ?? "",
        twice: form.querySelector<HTMLInputElement>("input[name=keep]")?.checked ?? false,
      };
      // One after the other: the server reads one file of a person at a time.
      const added = await new Row(file, row).go(about);
      good = added && good;
    }
    input.value = "";
    busy = false;
    await refresh().catch(() => undefined);
    return good;
  };
  forms.set(form, {
    form,
    waiting: () => busy || (input.files?.length ?? 0) > 0,
    send: async () => {
      while (busy) await new Promise((resolve) => setTimeout(resolve, 100));
      const files = [...(input.files ?? [])];
      return files.length === 0 || start(files);
    },
  });
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const files = [...(input.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void start(files);
  });
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    form.classList.add("drag");
  });
  form.addEventListener("dragleave", () => form.classList.remove("drag"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    form.classList.remove("drag");
    const dropped = [...(event.dataTransfer?.files ?? [])];
    void start(input.multiple ? dropped : dropped.slice(0, 1));
  });
  addEventListener("beforeunload", (event) => {
    if (busy) event.preventDefault();
  });
}

export function uploads(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-upload]")) attach(form);
}
