// Pictures in a text: chosen, dropped or pasted, they stand in the text at once and are filled in when they have
// arrived. What has not arrived is not part of the text that is saved.
import { Node, type Editor, type JSONContent } from "@tiptap/core";
import type { Node as Model } from "@tiptap/pm/model";
import type { EditorView } from "@tiptap/pm/view";
import { button, make } from "../office/dom";
import { mayTryAgain, reason } from "../office/answers";

/** With one full stop, whether it came with one or not. */
const sentence = (text: string): string => text.replace(/。?$/, "。");
const PICTURE = /^\/pictures\/[0-9a-z]{16}\/\d+x\d+\.(png|jpg)$/;
const TAKEN = ["image/png", "image/jpeg", "image/gif"];
/** Kinds that the server does not read, but this browser may. */
const REDRAWN = /^image\/(webp|bmp|x-ms-bmp|avif|heic|heif|tiff)$/;

/** A picture on its way to the server. */
interface Job {
  file: File;
  /** Where it has arrived; empty = not yet. */
  src: string;
  /** What went wrong, and what to do; empty = nothing. */
  fault: string;
  again: boolean;
  /** 0 to 1. */
  part: number;
  started: boolean;
  told: Set<() => void>;
}

/** What is told with a sentence: a list, and what may be done about it. */
export interface More {
  list?: string[];
  acts?: [string, () => void][];
}
export type Tell = (words: string, more?: More) => void;

const jobs = new Map<string, Job>();
let target = "";
let importing = "";
/** Documents that are being read. */
let reading = 0;
let say: Tell = () => undefined;
let asContent: (html: string) => JSONContent = () => ({});
let number = 0;

/** Whether one is still on its way. */
export const picturesWait = (): boolean =>
  reading > 0 ||
  [...jobs.values()].some((job) => job.started && job.src === "" && job.fault === "" && job.told.size > 0);

/** Whether one stands in the text that did not arrive: the text would go without it. */
const picturesFailed = (): boolean => [...jobs.values()].some((job) => job.fault !== "" && job.told.size > 0);

/** Gives a picture a place in the list of those that wait. It is sent when it stands in the text. */
export function waiting(file: File): string {
  number += 1;
  const id = `p${number}`;
  jobs.set(id, { file, src: "", fault: "", again: false, part: 0, started: false, told: new Set() });
  return id;
}

/** A picture that was pasted within the text itself; `null` when it is none. */
export function fromData(address: string): File | null {
  const [, type, letters] = /^data:(image\/[a-z0-9.+-]+);base64,([a-z0-9+/=\s]+)$/i.exec(address) ?? [];
  if (!type || !letters) return null;
  try {
    const bytes = Uint8Array.from(atob(letters.replace(/\s/g, "")), (letter) => letter.charCodeAt(0));
    return new File([bytes], `图片.${type.split("/")[1] ?? "png"}`, { type: type.toLowerCase() });
  } catch {
    return null;
  }
}

/** As PNG, where the server does not read the kind and this browser does. */
async function readable(file: File): Promise<File> {
  if (TAKEN.includes(file.type) || !REDRAWN.test(file.type)) return file;
  const drawn = await createImageBitmap(file);
  const canvas = make("canvas");
  [canvas.width, canvas.height] = [drawn.width, drawn.height];
  canvas.getContext("2d")?.drawImage(drawn, 0, 0);
  drawn.close();
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("not drawn");
  return new File([blob], `${file.name.replace(/\.[^.]*$/, "") || "图片"}.png`, { type: "image/png" });
}

function tell(job: Job): void {
  for (const one of job.told) one();
}

function fail(job: Job, fault: string, again: boolean): void {
  [job.fault, job.again] = [fault, again];
  tell(job);
}

async function send(job: Job): Promise<void> {
  Object.assign(job, { started: true, fault: "", part: 0 });
  tell(job);
  let file: File;
  try {
    file = await readable(job.file);
  } catch {
    return fail(job, "浏览器打不开这种图片。请用看图软件另存为 PNG 或 JPEG 后再放进来", false);
  }
  const data = new FormData();
  data.append("file", file, file.name || "图片.png");
  const request = new XMLHttpRequest();
  request.open("POST", target);
  request.setRequestHeader("Accept", "application/json");
  request.upload.onprogress = (event) => {
    job.part = event.total > 0 ? event.loaded / event.total : 0;
    tell(job);
  };
  request.onloadend = () => {
    if (request.status < 200 || request.status >= 300)
      return fail(job, reason(request.status, request.responseText), mayTryAgain(request.status));
    let src = "";
    try {
      src = (JSON.parse(request.responseText) as { src?: string }).src ?? "";
    } catch {
      /* told below */
    }
    if (!PICTURE.test(src)) return fail(job, "没有传上去，请点“重试”；仍不行请联系管理员", true);
    job.src = src;
    tell(job);
  };
  request.send(data);
}

/** Whether a file looks like a picture; the server looks closer. */
const isPicture = (file: File): boolean => file.type.startsWith("image/") && file.type !== "image/svg+xml";

/** Puts pictures into the text, in order; gives the files that are none. */
export function insertPictures(editor: Editor, files: File[], at?: number): File[] {
  const pictures = files.filter(isPicture);
  const content = pictures.map((file) => ({ type: "figure", attrs: { wait: waiting(file) } }));
  if (content.length > 0) {
    const chain = editor.chain().focus();
    if (at === undefined) chain.insertContent(content).run();
    else chain.insertContentAt(at, content).run();
  }
  return files.filter((file) => !isPicture(file));
}

/** Asks for pictures. */
export function choosePictures(editor: Editor): void {
  const input = make("input", {
    type: "file",
    multiple: "",
    accept: "image/png,image/jpeg,image/webp,image/gif,image/bmp",
  });
  input.addEventListener("change", () => {
    const others = insertPictures(editor, [...(input.files ?? [])]);
    if (others.length === 0) return;
    const names = others.map((file) => file.name).join("、");
    say(`${names} 不是图片，没有放进来。Word 文档请用“导入 Word”，其他文件请作为附件上传。`);
  });
  input.click();
}

/** One view of a figure: the picture, what is told of it, what stands below it. */
class FigureView {
  dom = make("figure", { class: "ed-figure" });
  contentDOM = make("figcaption", { "data-hint": "图下说明（选填）" });
  private readonly state = make("div", { class: "ed-figure-state", role: "status" });
  private readonly image = make("img", { alt: "", draggable: "false" });
  private readonly words = make("textarea", { class: "in", rows: "2", maxlength: "500", autocomplete: "off" });
  private readonly decorates = make("input", { type: "checkbox" });
  private readonly lacking = make("p", { class: "err" }, "还没有替代文字，提交前要写");
  private readonly about: HTMLElement;
  private readonly heard = (): void => this.arrived();

  constructor(
    private node: Model,
    private readonly view: EditorView,
    private readonly place: () => number | undefined,
  ) {
    number += 1;
    this.words.id = `ed-alt-${number}`;
    this.decorates.id = `ed-alt-none-${number}`;
    this.words.placeholder = "用一句话写明图的内容";
    this.about = make(
      "div",
      { class: "ed-figure-about" },
      make("label", { for: this.words.id }, "替代文字（读屏软件读给看不见图的人）"),
      this.lacking,
      this.words,
      make("label", { for: this.decorates.id }, this.decorates, " 装饰图片，不用替代文字"),
      button("移除图片", "small", () => this.remove()),
    );
    this.words.addEventListener("input", () =>
      this.set({ alt: this.words.value.trim() === "" ? null : this.words.value }),
    );
    this.words.addEventListener("keydown", (event) => {
      // Neither does it send the form, nor leave the picture.
      if (event.key === "Enter") event.preventDefault();
    });
    this.decorates.addEventListener("change", () => this.set({ alt: this.decorates.checked ? "" : null }));
    for (const part of [this.state, this.about, this.image]) part.contentEditable = "false";
    this.dom.append(this.image, this.state, this.contentDOM, this.about);
    this.show();
    const job = this.job();
    if (!job) return;
    job.told.add(this.heard);
    if (!job.started) void send(job);
    else queueMicrotask(this.heard);
  }

  private job(): Job | undefined {
    return jobs.get(String(this.node.attrs.wait ?? ""));
  }

  private set(attributes: Record<string, unknown>, remember = true): void {
    const at = this.place();
    if (at === undefined) return;
    const change = this.view.state.tr.setNodeMarkup(at, undefined, { ...this.node.attrs, ...attributes });
    this.view.dispatch(remember ? change : change.setMeta("addToHistory", false));
  }

  private remove(): void {
    const at = this.place();
    if (at === undefined) return;
    this.view.dispatch(this.view.state.tr.delete(at, at + this.node.nodeSize));
    this.view.focus();
  }

  private arrived(): void {
    const job = this.job();
    if (job && job.src !== "" && this.node.attrs.src === "") this.set({ src: job.src }, false);
    this.show();
  }

  private show(): void {
    const { src, alt } = this.node.attrs as { src: string; alt: string | null };
    const job = this.job();
    this.image.hidden = src === "";
    if (src !== "" && this.image.getAttribute("src") !== src) this.image.setAttribute("src", src);
    this.about.hidden = src === "";
    this.lacking.hidden = alt !== null;
    if (document.activeElement !== this.words) this.words.value = alt ?? "";
    this.words.disabled = alt === "" && document.activeElement !== this.words;
    this.decorates.checked = alt === "";
    this.state.hidden = src !== "";
    if (src !== "") return;
    const name = job?.file.name || "图片";
    if (!job) {
      this.state.replaceChildren(
        "图片没有传上去。",
        button("移除", "small", () => this.remove()),
      );
    } else if (job.fault !== "") {
      const again = job.again ? [button("重试", "small", () => void send(job))] : [];
      const fault = make("span", { class: "err", role: "alert" }, sentence(`${name}：${job.fault}`));
      this.state.replaceChildren(
        fault,
        ...again,
        button("移除", "small", () => this.remove()),
      );
    } else {
      const bar = make("progress", { max: "1", value: String(job.part), "aria-label": `上传 ${name}` });
      // When all is sent it is drawn anew there.
      this.state.replaceChildren(job.part < 1 ? `正在上传 ${name} ` : `正在处理 ${name} `, bar);
    }
  }

  update(next: Model): boolean {
    if (next.type !== this.node.type || next.attrs.wait !== this.node.attrs.wait) return false;
    this.node = next;
    this.show();
    return true;
  }

  stopEvent(event: Event): boolean {
    const on = event.target;
    return on instanceof window.Node && (this.about.contains(on) || this.state.contains(on));
  }

  ignoreMutation(change: MutationRecord | { type: "selection"; target: globalThis.Node }): boolean {
    return change.type !== "selection" && !this.contentDOM.contains(change.target);
  }

  destroy(): void {
    this.job()?.told.delete(this.heard);
  }
}

const shown = (element: HTMLElement): { src: string; alt: string | null } | false => {
  const image = element.matches("img") ? element : element.querySelector(":scope > img");
  const src = image?.getAttribute("src") ?? "";
  return PICTURE.test(src) ? { src, alt: image?.getAttribute("alt") ?? null } : false;
};

/** A picture with what stands below it. */
export const Figure = Node.create({
  name: "figure",
  group: "block",
  content: "text*",
  marks: "",
  draggable: true,
  isolating: true,
  addAttributes: () => ({
    src: { default: "", rendered: false },
    // null: nobody has said anything; empty: it only decorates
    alt: { default: null, rendered: false },
    wait: { default: null, rendered: false },
  }),
  parseHTML: () => [
    {
      tag: "figure[data-wait]",
      getAttrs: (element) => ({ wait: element.getAttribute("data-wait") }),
    },
    {
      tag: "figure",
      getAttrs: shown,
      contentElement: (element: globalThis.Node) =>
        (element as HTMLElement).querySelector<HTMLElement>(":scope > figcaption") ??
        document.createElement("figcaption"),
    },
    { tag: 'img[src^="/pictures/"]', getAttrs: shown },
  ],
  renderHTML: ({ node }) => [
    "figure",
    ["img", { src: node.attrs.src as string, alt: node.attrs.alt as string | null }],
    ["figcaption", 0],
  ],
  addNodeView:
    () =>
    ({ node, view, getPos }) =>
      new FigureView(node, view, getPos),
});

/** Puts an imported text beside one that is there, says so, and offers what else may have been meant. */
function placed(editor: Editor, content: JSONContent, notes: string[], tellThat: Tell): void {
  const before = editor.getJSON();
  const words = (node: Model): string => node.textContent.replace(/\s/g, "");
  const old = words(editor.state.doc);
  const coming = words(editor.schema.nodeFromJSON(content));
  editor
    .chain()
    .focus()
    .insertContent(content.content ?? [])
    .run();
  let left = editor.state.doc;
  const unless = (act: () => void) => (): void => {
    if (editor.state.doc.eq(left)) act();
    else tellThat("导入之后正文又改过，不能自动处理。请用“撤销”逐步退回，或删去多余的段落。");
  };
  const back: [string, () => void] = [
    "撤销导入",
    unless(() => {
      editor.commands.setContent(before, { emitUpdate: true });
      tellThat("已撤销导入，正文和导入前一样。");
    }),
  ];
  const instead: [string, () => void] = [
    "替换原有正文",
    unless(() => {
      editor.commands.setContent(content, { emitUpdate: true });
      left = editor.state.doc;
      tellThat("原有正文已换成导入的内容，请对照原稿核对。", { list: notes, acts: [back] });
    }),
  ];
  const twice = coming !== "" && old.includes(coming);
  const where = twice
    ? "正文里原来就有这份文档的内容，现在有两份。"
    : "已导入到光标所在的位置，原有正文还在，请对照原稿核对。";
  tellThat(where, { list: notes, acts: [instead, back] });
}

/** Reads a Word document on the server and puts it into the text, at the cursor or instead of nothing. */
export async function importWord(editor: Editor, file: File, tellThat: Tell): Promise<void> {
  tellThat(`正在导入 ${file.name}……图片多的文档要等几十秒，请不要关闭页面。`);
  reading += 1;
  try {
    const data = new FormData();
    data.append("file", file, file.name);
    const answer = await fetch(importing, {
      method: "POST",
      body: data,
      credentials: "same-origin",
      headers: { Accept: "application/json" },
    });
    const text = await answer.text();
    if (!answer.ok)
      return tellThat(`${sentence(`${file.name} 没有导入：${reason(answer.status, text)}`)}正文没有变化。`);
    const { html, notes } = JSON.parse(text) as { html: string; notes: string[] };
    const content = asContent(html);
    if (editor.isEmpty) {
      editor.commands.setContent(content, { emitUpdate: true });
      tellThat("已导入，请对照原稿核对。", { list: notes });
    } else placed(editor, content, notes, tellThat);
  } catch {
    tellThat(`${file.name} 没有导入：网络中断，请检查网络后再试一次。正文没有变化。`);
  } finally {
    reading -= 1;
  }
}

/** Asks for a Word document. */
export function chooseWord(editor: Editor): void {
  const input = make("input", { type: "file", accept: ".docx" });
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) void importWord(editor, file, say);
  });
  input.click();
}

/** From here on pictures go to this address; a form is not sent while one is on its way. */
export function sendPicturesTo(form: HTMLFormElement, tellThat: Tell, read: (html: string) => JSONContent): void {
  target = form.dataset.pictures ?? "";
  importing = form.dataset.import ?? "";
  [say, asContent] = [tellThat, read];
  // Before the listener that saves, which sits on the document.
  window.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form) return;
      const submits = event.submitter?.hasAttribute("formaction") ?? false;
      const words = picturesWait()
        ? "还有图片或 Word 文档正在上传，传完再点一次；不等的，先移除那张图片。"
        : submits && picturesFailed()
          ? "有图片没有传上去，提交后正文里不会有它。请在图片处重试，或者移除后再提交。"
          : "";
      if (words === "") return;
      event.preventDefault();
      event.stopImmediatePropagation();
      tellThat(words);
    },
    { capture: true },
  );
  window.addEventListener("beforeunload", (event) => {
    if (picturesWait()) event.preventDefault();
  });
}
