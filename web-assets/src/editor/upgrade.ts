// Puts the editor over a textarea: the textarea stays the form's field, the editor writes its HTML back.
import { Editor } from "@tiptap/core";
import { make } from "../office/dom";
import { cleanPaste, publishable } from "./clean";
import { KNOWN, extensions } from "./schema";
import { toolbar } from "./toolbar";

/** Elements that the editor could not keep. */
function unknown(html: string): string[] {
  const page = new DOMParser().parseFromString(html, "text/html");
  return [...new Set([...page.querySelectorAll("*")].map((element) => element.localName))].filter(
    (name) => !KNOWN.has(name),
  );
}

export function upgrade(area: HTMLTextAreaElement): void {
  const strange = unknown(area.value);
  if (strange.length > 0) {
    // Better plain than lossy.
    area.before(
      make(
        "p",
        { class: "hint" },
        `正文里有编辑器不能保持原样的内容（${strange.join("、")}），为免丢失，请在下面直接修改。`,
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
  const box = make("div", { class: "ed" }, body);
  // The summary of errors links to the field's id, which now is the editor's.
  area.removeAttribute("id");
  area.hidden = true;
  area.after(box);

  let bar: ReturnType<typeof toolbar> | null = null;
  const editor = new Editor({
    element: body,
    extensions,
    content: area.value,
    injectCSS: false,
    editorProps: {
      attributes,
      transformPastedHTML: cleanPaste,
      // The page's confirmation key is not the editor's line break.
      handleDOMEvents: {
        keydown: (_, event) => event.key === "Enter" && event.shiftKey && (event.ctrlKey || event.metaKey),
      },
    },
    onUpdate: ({ editor: current }) => {
      area.value = publishable(current.getHTML());
      area.dispatchEvent(new Event("input", { bubbles: true }));
    },
    onTransaction: () => bar?.refresh(),
  });
  bar = toolbar(editor, id);
  box.prepend(bar.element);
  label?.addEventListener("click", () => editor.commands.focus());
  area.addEventListener("restored", () => editor.commands.setContent(area.value, { emitUpdate: false }));
}
