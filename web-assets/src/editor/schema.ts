// What a text may hold: headings, paragraphs, lists, quotes, tables, links, pictures.
import { Extension, Mark, Node, type Attribute, type JSONContent, getSchema, mergeAttributes } from "@tiptap/core";
import Link from "@tiptap/extension-link";
import { Table, TableCell, TableHeader, TableRow } from "@tiptap/extension-table";
import { DOMParser as Reader } from "@tiptap/pm/model";
import StarterKit from "@tiptap/starter-kit";
import { parse } from "../office/inert";
import { Figure } from "./picture";

/** Attachments that an opened text shows as images stay; new ones are figures. */
const Image = Node.create({
  name: "image",
  group: "block",
  draggable: true,
  addAttributes: () => ({
    src: {},
    alt: { default: "" },
  }),
  parseHTML: () => [{ tag: 'img[src^="/attachments/"]' }],
  renderHTML: ({ HTMLAttributes }) => ["img", HTMLAttributes],
});

const small = (name: string, tag: string): Mark =>
  Mark.create({
    name,
    excludes: name === "superscript" ? "subscript" : "superscript",
    parseHTML: () => [{ tag }],
    renderHTML: ({ HTMLAttributes }) => [tag, mergeAttributes(HTMLAttributes), 0],
  });

/** 居中 and 右对齐, as the classes that the policy knows. */
const align: Attribute = {
  default: null,
  parseHTML: (element: HTMLElement) => ["center", "right"].find((name) => element.classList.contains(name)) ?? null,
  renderHTML: ({ align: to }) => (to ? { class: String(to) } : {}),
};

const Alignment = Extension.create({
  name: "alignment",
  addGlobalAttributes: () => [{ types: ["paragraph"], attributes: { align } }],
});

const Cell = TableCell.extend({
  addAttributes() {
    const { colspan, rowspan } = this.parent?.() as Record<string, Attribute>;
    return { colspan, rowspan, align } as Record<string, Attribute>;
  },
});

const HeadCell = TableHeader.extend({
  addAttributes() {
    const { colspan, rowspan } = this.parent?.() as Record<string, Attribute>;
    return { colspan, rowspan, align } as Record<string, Attribute>;
  },
});

/** Without the widths that the extension writes as inline style, with its caption. */
const PlainTable = Table.extend({
  addAttributes: () => ({
    caption: {
      default: null,
      parseHTML: (element: HTMLElement) => element.querySelector(":scope > caption")?.textContent?.trim() || null,
      renderHTML: () => ({}),
    },
  }),
  parseHTML: () => [{ tag: "table" }, { tag: "caption", ignore: true }],
  renderHTML: ({ node }) => {
    const caption = node.attrs.caption as string | null;
    return caption ? ["table", ["caption", caption], ["tbody", 0]] : ["table", ["tbody", 0]];
  },
  // It shows what is published, the caption too, in a box of its own: a wide table must not drag the text sideways.
  addNodeView: () => (view) => {
    const { node } = view;
    const room = document.createElement("div");
    room.className = "table-room";
    // A wide table scrolls within its box: by keyboard, too.
    room.tabIndex = 0;
    room.setAttribute("role", "group");
    room.setAttribute("aria-label", "表格");
    const table = room.appendChild(document.createElement("table"));
    const caption = node.attrs.caption as string | null;
    if (caption) {
      const words = table.appendChild(document.createElement("caption"));
      words.contentEditable = "false";
      words.textContent = caption;
    }
    const body = table.appendChild(document.createElement("tbody"));
    return {
      dom: room,
      contentDOM: body,
      update: (next) => next.type === node.type && next.attrs.caption === caption,
      ignoreMutation: (change) => change.type !== "selection" && !body.contains(change.target),
    };
  },
});

export const extensions = [
  StarterKit.configure({
    heading: { levels: [2, 3, 4] },
    code: false,
    codeBlock: false,
    link: false,
    trailingNode: false,
  }),
  Alignment,
  Link.configure({
    openOnClick: false,
    autolink: false,
    linkOnPaste: true,
    protocols: ["http", "https", "mailto", "tel"],
    HTMLAttributes: { target: null, rel: null, class: null },
  }),
  Image,
  Figure,
  small("superscript", "sup"),
  small("subscript", "sub"),
  PlainTable.configure({ resizable: false }),
  TableRow,
  HeadCell,
  Cell,
];

const schema = getSchema(extensions);

/** A stored text as the editor holds it. Not given to the editor as a string: strings do not become pages. */
export function read(html: string): JSONContent {
  return Reader.fromSchema(schema).parse(parse(html).body).toJSON() as JSONContent;
}
