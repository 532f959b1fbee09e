// Several files, one request each, with bytes and a message per file; then the list of the page is read again.
import { parse } from "./inert";
import { button, make } from "./dom";

// As the list of files says it.
const size = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} 字节`;
  return bytes < 1_048_576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
};

/** What went wrong, in words, and what to do. */
export function reason(status: number, text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: string };
    if (message) return message;
  } catch {
    /* not JSON: the words below */
  }
  if (status === 0) return "网络中断，请检查网络后点“重试”";
  if (status === 401) return "登录已到期，请在新窗口重新登录后点“重试”";
  if (status === 413) return "文件太大，请压缩或拆分后再传";
  if (status === 415) return "不支持这种文件，请换成 PDF、DOCX、XLSX 或图片";
  return `没有传上去（${status}），请点“重试”；仍不行请联系管理员`;
}

/** Whether the same file may be taken another time: not what was refused for what it is. */
export const mayTryAgain = (status: number): boolean =>
  status === 0 || status === 401 || status === 408 || status === 429 || status >= 500;

/** Reads the page again: new list, new once-token. */
async function refresh(form: HTMLFormElement): Promise<void> {
  const answer = await fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = parse(await answer.text());
  const here = document.querySelectorAll("[data-upload-list]");
  const there = page.querySelectorAll("[data-upload-list]");
  here.forEach((list, index) => {
    const fresh = there[index];
    if (fresh) list.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
  });
  const token = form.querySelector<HTMLInputElement>("input[name=once]");
  const next = page.querySelector<HTMLInputElement>("form[data-upload] input[name=once]");
  if (token && next) token.value = next.value;
}

function send(form: HTMLFormElement, name: string, file: File, row: HTMLElement): Promise<boolean> {
  return new Promise((resolve) => {
    const bar = make("progress", {
      max: String(Math.max(file.size, 1)),
      value: "0",
      "aria-label": `上传 ${file.name}`,
    });
    const state = make("span", { class: "num", role: "status" }, `等待，${size(file.size)}`);
    row.replaceChildren(make("span", {}, file.name), state, bar);
    const data = new FormData(form);
    data.delete(name);
    data.append(name, file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      bar.value = event.loaded;
      state.textContent = `${size(event.loaded)} / ${size(file.size)}`;
    };
    request.onloadend = () => {
      const good = request.status >= 200 && request.status < 300;
      bar.remove();
      if (good) {
        state.textContent = `已上传，${size(file.size)}`;
      } else {
        const again = mayTryAgain(request.status)
          ? [button("重试", "small", () => void send(form, name, file, row).then(() => refresh(form)))]
          : [];
        row.replaceChildren(
          make("span", {}, file.name),
          ...again,
          make("span", { class: "err", role: "alert" }, reason(request.status, request.responseText)),
        );
      }
      resolve(good);
    };
    request.send(data);
  });
}

/** What a form of files offers to whoever submits another form of the page. */
interface Chosen {
  /** Whether files were chosen that are not on the server. */
  waiting: () => boolean;
  /** Sends them; says whether all arrived. */
  send: () => Promise<boolean>;
}

const forms: Chosen[] = [];

/** Whether a file was chosen and not uploaded. */
export const filesWait = (): boolean => forms.some((form) => form.waiting());

/** Uploads what was chosen; false when something did not arrive, and the page says what. */
export async function uploadChosen(): Promise<boolean> {
  let good = true;
  for (const form of forms) if (form.waiting()) good = (await form.send()) && good;
  return good;
}

function attach(form: HTMLFormElement): void {
  const input = form.querySelector<HTMLInputElement>("input[type=file]");
  if (!input) return;
  const rows = make("div", { class: "up-rows" });
  form.append(rows);
  let busy = false;
  const start = async (files: File[]): Promise<boolean> => {
    if (busy || files.length === 0) return false;
    busy = true;
    let good = true;
    const queue = files.map((file) => ({ file, row: rows.appendChild(make("div", { class: "file" }, file.name)) }));
    for (const { file, row } of queue) {
      // One after the other: each answer brings the token for the next.
      good = (await send(form, input.name, file, row)) && good;
      await refresh(form).catch(() => undefined);
    }
    input.value = "";
    busy = false;
    return good;
  };
  forms.push({
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
    void start([...(event.dataTransfer?.files ?? [])]);
  });
  addEventListener("beforeunload", (event) => {
    if (busy) event.preventDefault();
  });
}

export function uploads(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-upload]")) attach(form);
}
