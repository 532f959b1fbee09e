// Puts the editor over a textarea: the textarea stays the form's field, the editor writes its HTML back.
import { Editor, generateHTML } from "@tiptap/core";
import { Slice } from "@tiptap/pm/model";
import type { EditorProps } from "@tiptap/pm/view";
import { button, make } from "../office/dom";
import { parse } from "../office/inert";
import { publishable, readPaste } from "./clean";
import { lost } from "./keeps";
import { fromData, importWord, insertPictures, sendPicturesTo, waiting, type Tell } from "./picture";
import { extensions, read } from "./schema";
import { toolbar } from "./toolbar";
import { told } from "./word";

/** What the editor would lose of a text by opening it alone. */
export function losing(html: string): string[] {
  return lost(parse(html).body, parse(publishable(generateHTML(read(html), extensions))).body);
}

/** Where the editor tells what did not come in. It stays until it is closed: what was left out must be read. */
function noticeIn(box: HTMLElement): Tell {
  const words = make("p", {});
  const place = make("div", { class: "ed-note", role: "status" });
  const close = button("知道了", "small", () => place.replaceChildren());
  box.append(place);
  return (text, more) => {
    words.textContent = text;
    const items = (more?.list ?? []).map((item) => make("li", {}, item));
    const list = items.length > 0 ? [make("ul", {})] : [];
    list[0]?.append(...items);
    const acts = (more?.acts ?? []).map(([name, act]) => button(name, "small", act));
    place.replaceChildren(words, ...list, ...acts, close);
  };
}

/** Pictures come as files when they are dropped, or copied by themselves. */
const filesOf = (data: DataTransfer | null): File[] => [...(data?.files ?? [])];

/** Whether a paste is the picture alone: copied from a page, it comes with the tag that showed it there. */
function onlyPicture(data: DataTransfer | null): boolean {
  const page = parse(data?.getData("text/html") ?? "");
  return page.body.querySelector("img") !== null && (page.body.textContent ?? "").trim() === "";
}

/** What is done with a paste: cleaned, told of, and its first paragraph keeps where it stands. */
export function pasting(tell: (words: string) => void): EditorProps {
  let own = false;
  return {
    transformPastedHTML: (html) => {
      const { html: clean, notes } = readPaste(html, (data) => {
        const file = fromData(data);
        return file && waiting(file);
      });
      const words = told(notes);
      if (words) tell(words);
      own = /<[^>]*\sdata-pm-slice=/.test(html);
      return clean;
    },
    // An open paragraph goes on in the one with the cursor and takes its alignment. Where that one is empty nothing
    // goes on: a heading in the middle, a date on the right stay there.
    transformPasted: (slice, view) => {
      const { empty, $from } = view.state.selection;
      const first = slice.content.firstChild;
      const plain = slice.openStart === 1 && first?.type.name === "paragraph" && first.attrs.align !== null;
      const nothing = empty && $from.parent.type.name === "paragraph" && $from.parent.content.size === 0;
      if (own || !plain || !nothing) return slice;
      return new Slice(slice.content, 0, slice.content.childCount === 1 ? 0 : slice.openEnd);
    },
  };
}

/**
 * For so long, in ms, nobody must have typed before the form's field takes the text over: to turn all of a long text
 * into HTML at each key is felt.
 */
const REST = 250;

export function upgrade(area: HTMLTextAreaElement): void {
  // Until here the page says that the source is edited: true without scripts, and when this one does not arrive.
  area.form?.querySelector("[data-source-note]")?.remove();
  const strange = area.value === "" ? [] : losing(area.value);
  if (strange.length > 0) {
    // Better plain than lossy.
    area.before(
      make(
        "p",
        { class: "notice warn" },
        `正文里有编辑器不能保持原样的内容（${strange.join("、")}）。为免丢失，这里显示和修改的是 HTML 源码，例如 <p>一段文字</p>；保存后读者看到的仍是排好的样子。`,
      ),
    );
    return;
  }
  const id = area.id || area.name;
  const label = area.labels?.[0];
  if (label && !label.id) label.id = `${id}-label`;
  const attributes: Record<string, string> = {
    id,
    role: "textbox",
    "aria-multiline": "true",
    class: "prose",
    lang: "zh-CN",
  };
  if (label) attributes["aria-labelledby"] = label.id;
  for (const name of ["aria-describedby", "aria-invalid"]) {
    const value = area.getAttribute(name);
    if (value) attributes[name] = value;
  }
  const body = make("div", { class: "ed-body" });
  const box = make("div", { class: "ed" });
  const tell = noticeIn(box);
  box.append(body);
  // The summary of errors links to the field's id, which now is the editor's.
  area.removeAttribute("id");
  area.hidden = true;
  area.after(box);

  // The page without scripts has a form of its own for pictures.
  document.querySelector("[data-picture-form]")?.remove();
  if (area.form) sendPicturesTo(area.form, tell, read);
  const take = (files: File[], at?: number): void => {
    const word = files.find((file) => /\.docx$/i.test(file.name));
    if (word) void importWord(editor, word, tell);
    const rest = insertPictures(
      editor,
      files.filter((file) => file !== word),
      at,
    );
    const names = rest.map((file) => file.name).join("、");
    if (rest.length > 0) tell(`${names}不是能放进正文的图片。文件请在右侧“附件”上传；SVG 图请另存为 PNG。`);
  };
  let bar: ReturnType<typeof toolbar> | null = null;
  let rest: ReturnType<typeof setTimeout> | undefined;
  const hand = (): void => {
    if (rest === undefined) return;
    clearTimeout(rest);
    rest = undefined;
    area.value = publishable(editor.getHTML());
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  // Whoever reads the field or saves at one of these has all of the text.
  for (const moment of ["submit", "save-now", "focusout", "visibilitychange", "pagehide", "beforeunload"])
    window.addEventListener(moment, hand, { capture: true });
  const editor = new Editor({
    element: body,
    extensions,
    content: read(area.value),
    injectCSS: false,
    editorProps: {
      attributes,
      ...pasting(tell),
      handlePaste: (_, event) => {
        const data = event.clipboardData;
        const files = filesOf(data);
        const words = data?.types.includes("text/html") || data?.types.includes("text/plain");
        if (files.length === 0 || (words && !onlyPicture(data))) return false;
        take(files);
        return true;
      },
      handleDrop: (view, event) => {
        const files = filesOf(event.dataTransfer);
        if (files.length === 0) return false;
        event.preventDefault();
        take(files, view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos);
        return true;
      },
      // The page's confirmation key is not the editor's line break.
      handleDOMEvents: {
        keydown: (_, event) => event.key === "Enter" && event.shiftKey && (event.ctrlKey || event.metaKey),
      },
    },
    onUpdate: () => {
      clearTimeout(rest);
      rest = setTimeout(hand, REST);
    },
    onTransaction: () => bar?.refresh(),
  });
  bar = toolbar(editor, id);
  box.prepend(bar.element);
  label?.addEventListener("click", () => editor.commands.focus());
  area.addEventListener("restored", () => {
    clearTimeout(rest);
    rest = undefined;
    editor.commands.setContent(read(area.value), { emitUpdate: false });
  });
}
