// A form with one large file goes with a bar that tells how far it is, and a button that breaks it off; what was typed
// and chosen stays when the line drops. Without this script the browser sends it like any form.
import { size } from "./answers";
import { button, make } from "./dom";

/** How far it is, in words. */
export function far(sent: number, all: number): string {
  if (sent >= all) return "已传完，正在接收";
  return `已上传 ${size(sent)} / ${size(all)}，${Math.floor((sent / Math.max(all, 1)) * 100)}%`;
}

/** Puts what came back in the place of the page: what is wrong stands above the form. */
function show(page: Document): void {
  const here = document.querySelector("main");
  const there = page.querySelector("main");
  if (!here || !there) {
    location.reload();
    return;
  }
  here.replaceWith(document.adoptNode(there));
  document.title = page.title;
  progress();
  document.querySelector<HTMLElement>("#errors")?.focus();
}

function send(form: HTMLFormElement): void {
  const request = new XMLHttpRequest();
  const words = make("span", { class: "num" }, "正在开始");
  const bar = make("progress", { max: "1", value: "0", "aria-label": "上传进度" });
  const stop = button("取消上传", "small", () => request.abort());
  const rows = form.querySelector(".up-rows") ?? form.appendChild(make("div", { class: "up-rows" }));
  const submit = form.querySelector<HTMLButtonElement>("button[type=submit]");
  const over = (text: string): void => {
    rows.replaceChildren(make("div", { class: "file" }, make("span", { class: "err", role: "alert" }, text)));
    if (submit) submit.disabled = false;
  };
  rows.replaceChildren(make("div", { class: "file" }, words, bar, stop));
  const typed = new FormData(form);
  if (submit) submit.disabled = true;
  request.open("POST", form.action);
  request.responseType = "document";
  request.setRequestHeader("Accept", "text/html");
  request.upload.onprogress = (event) => {
    bar.max = Math.max(event.total, 1);
    bar.value = event.loaded;
    words.textContent = far(event.loaded, event.total);
  };
  request.onabort = () => over("已取消，没有上传");
  request.onerror = () => over("没有传上去，可能是网络中断。填写的内容和选好的文件都在，请再传一次");
  request.onload = () => {
    // Where an accepted form leads is asked for by then.
    if (request.status >= 200 && request.status < 300) location.assign(request.responseURL);
    else if (request.responseXML) show(request.responseXML);
    else over("没有传上去，请再传一次");
  };
  request.send(typed);
}

export function progress(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-progress]")) {
    const input = form.querySelector<HTMLInputElement>("input[type=file]");
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented || !input?.files?.length) return;
      event.preventDefault();
      send(form);
    });
  }
}
