// The toolbar: one tab stop, arrows between the buttons, every button with a word.
import type { Editor } from "@tiptap/core";
import { button as plain, make } from "../office/dom";
import { choosePictures, chooseWord } from "./picture";

interface Tool {
  label: string;
  title: string;
  run: (editor: Editor) => void;
  on?: (editor: Editor) => boolean;
  can?: (editor: Editor) => boolean;
  /** Shown only while the cursor is in a table. */
  table?: true;
  /** Begins a group. */
  group?: true;
}

const chain = (editor: Editor) => editor.chain().focus();

const TOOLS: Tool[] = [
  { label: "正文", title: "正文", run: (e) => chain(e).setParagraph().run(), on: (e) => e.isActive("paragraph") },
  {
    label: "二级标题",
    title: "二级标题（Ctrl+Alt+2）",
    run: (e) => chain(e).toggleHeading({ level: 2 }).run(),
    on: (e) => e.isActive("heading", { level: 2 }),
  },
  {
    label: "三级标题",
    title: "三级标题（Ctrl+Alt+3）",
    run: (e) => chain(e).toggleHeading({ level: 3 }).run(),
    on: (e) => e.isActive("heading", { level: 3 }),
  },
  {
    label: "加粗",
    title: "加粗（Ctrl+B）",
    run: (e) => chain(e).toggleBold().run(),
    on: (e) => e.isActive("bold"),
    group: true,
  },
  {
    label: "列表",
    title: "无序列表",
    run: (e) => chain(e).toggleBulletList().run(),
    on: (e) => e.isActive("bulletList"),
  },
  {
    label: "编号",
    title: "编号列表",
    run: (e) => chain(e).toggleOrderedList().run(),
    on: (e) => e.isActive("orderedList"),
  },
  {
    label: "居中",
    title: "这一段居中，再按一次取消",
    run: (e) => align(e, "center"),
    on: (e) => aligned(e, "center"),
    group: true,
  },
  {
    label: "右对齐",
    title: "这一段右对齐（落款、日期），再按一次取消",
    run: (e) => align(e, "right"),
    on: (e) => aligned(e, "right"),
  },
  { label: "链接", title: "加上、修改或去掉链接", run: link, on: (e) => e.isActive("link") },
  { label: "图片", title: "插入图片；也可以拖进来或粘贴", run: choosePictures },
  { label: "导入 Word", title: "把 Word 文档（.docx）的文字、表格和图片放进正文", run: chooseWord },
  {
    label: "表格",
    title: "插入 3×3 表格",
    run: (e) => chain(e).insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run(),
    can: (e) => !e.isActive("table"),
    group: true,
  },
  { label: "加行", title: "在下面加一行", run: (e) => chain(e).addRowAfter().run(), table: true },
  { label: "加列", title: "在右边加一列", run: (e) => chain(e).addColumnAfter().run(), table: true },
  { label: "删行", title: "删除这一行", run: (e) => chain(e).deleteRow().run(), table: true },
  { label: "删列", title: "删除这一列", run: (e) => chain(e).deleteColumn().run(), table: true },
  {
    label: "合并/拆分",
    title: "合并选中的单元格，或拆开",
    run: (e) => chain(e).mergeOrSplit().run(),
    can: (e) => e.can().mergeOrSplit(),
    table: true,
  },
  { label: "表头", title: "首行作表头", run: (e) => chain(e).toggleHeaderRow().run(), table: true },
  { label: "表题", title: "写在表格上方的名称", run: caption, table: true },
  { label: "删表", title: "删除整个表格", run: (e) => chain(e).deleteTable().run(), table: true },
  {
    label: "撤销",
    title: "撤销（Ctrl+Z）",
    run: (e) => chain(e).undo().run(),
    can: (e) => e.can().undo(),
    group: true,
  },
  { label: "重做", title: "重做（Ctrl+Shift+Z）", run: (e) => chain(e).redo().run(), can: (e) => e.can().redo() },
];

type Side = "center" | "right";

const aligned = (editor: Editor, to: Side): boolean => editor.isActive("paragraph", { align: to });

const align = (editor: Editor, to: Side): void =>
  void chain(editor)
    .updateAttributes("paragraph", { align: aligned(editor, to) ? null : to })
    .run();

/** One field in a dialog; `take` gives the sentence that says what is wrong, or nothing when it has taken the value. */
function ask(
  editor: Editor,
  words: { title: string; label: string; hint: string; mode: string; most: string },
  value: string,
  take: (value: string) => string | undefined,
): void {
  const input = make("input", {
    class: "in",
    id: "ed-ask",
    type: "text",
    inputmode: words.mode,
    autocomplete: "off",
    maxlength: words.most,
  });
  input.value = value;
  const error = make("p", { class: "err", hidden: "" });
  const dialog = make("dialog", { "aria-labelledby": "ed-ask-title" }, make("h2", { id: "ed-ask-title" }, words.title));
  const set = (): void => {
    const wrong = take(input.value.trim());
    if (wrong === undefined) return dialog.close();
    error.textContent = wrong;
    error.hidden = false;
    input.focus();
  };
  const field = make(
    "div",
    { class: "field" },
    make("label", { for: "ed-ask" }, words.label),
    make("p", { class: "hint" }, words.hint),
    error,
    input,
  );
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    set();
  });
  dialog.append(
    field,
    make(
      "div",
      { class: "submit" },
      plain("确定", "main", set),
      plain("取消", "", () => dialog.close()),
    ),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    editor.commands.focus();
  });
  // Outside the form, so that its field is not one of the form's.
  document.body.append(dialog);
  dialog.showModal();
  input.select();
}

/** Asks for an address; an empty one takes the link away. */
function link(editor: Editor): void {
  const words = { title: "链接", label: "网址", hint: "留空则去掉链接", mode: "url", most: "500" };
  ask(editor, words, (editor.getAttributes("link").href as string | undefined) ?? "", (href) => {
    if (href !== "" && !/^(https?:\/\/|mailto:|tel:|\/(?![\/\\])|#)/i.test(href))
      return "请填写完整网址，例如 https://www.gov.cn/ 或 /policies/12";
    const range = chain(editor).extendMarkRange("link");
    if (href === "") range.unsetLink().run();
    else if (editor.state.selection.empty && !editor.isActive("link"))
      chain(editor)
        .insertContent({ type: "text", text: href, marks: [{ type: "link", attrs: { href } }] })
        .run();
    else range.setLink({ href }).run();
    return undefined;
  });
}

/** Asks for the name of the table; an empty one takes it away. */
function caption(editor: Editor): void {
  const words = {
    title: "表题",
    label: "表格名称",
    hint: "例如 表1 2026年预算收入（单位：万元）；留空则去掉",
    mode: "text",
    most: "200",
  };
  ask(editor, words, (editor.getAttributes("table").caption as string | null) ?? "", (text) => {
    chain(editor)
      .updateAttributes("table", { caption: text === "" ? null : text })
      .run();
    return undefined;
  });
}

/** Builds the toolbar for an editor; the returned function brings it up to date. */
export function toolbar(editor: Editor, controls: string): { element: HTMLElement; refresh: () => void } {
  const element = make("div", { class: "ed-bar", role: "toolbar", "aria-label": "排版", "aria-controls": controls });
  const entries = TOOLS.map((tool) => {
    if (tool.group) element.append(make("span", { class: "sep", "aria-hidden": "true" }));
    const control = make("button", { type: "button", title: tool.title, tabindex: "-1" }, tool.label);
    // The selection in the text must survive the click.
    control.addEventListener("mousedown", (event) => event.preventDefault());
    control.addEventListener("click", () => tool.run(editor));
    element.append(control);
    return { tool, control };
  });
  const usable = (): HTMLButtonElement[] =>
    entries.map((entry) => entry.control).filter((control) => !control.hidden && !control.disabled);
  const stop = (control: HTMLButtonElement | undefined): void => {
    for (const entry of entries) entry.control.tabIndex = entry.control === control ? 0 : -1;
  };
  element.addEventListener("keydown", (event) => {
    const all = usable();
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = all[(to + all.length) % all.length];
    stop(next);
    next?.focus();
  });
  const refresh = (): void => {
    const inTable = editor.isActive("table");
    for (const { tool, control } of entries) {
      control.hidden = tool.table === true && !inTable;
      control.disabled = tool.can ? !tool.can(editor) : false;
      if (tool.on) control.setAttribute("aria-pressed", String(tool.on(editor)));
    }
    if (!usable().some((control) => control.tabIndex === 0)) stop(usable()[0]);
  };
  refresh();
  return { element, refresh };
}
