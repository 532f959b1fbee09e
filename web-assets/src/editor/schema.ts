// What a text may hold: headings, paragraphs, lists, quotes, tables, links, images that are already there.
import { Mark, Node, mergeAttributes } from "@tiptap/core";
import Link from "@tiptap/extension-link";
import { Table, TableCell, TableHeader, TableRow } from "@tiptap/extension-table";
import StarterKit from "@tiptap/starter-kit";

/** Images of an opened text stay; new ones come as attachments. */
const Image = Node.create({
  name: "image",
  group: "block",
  draggable: true,
  addAttributes: () => ({
    src: {},
    alt: { default: "" },
    title: { default: null },
    width: { default: null },
    height: { default: null },
  }),
  parseHTML: () => [{ tag: "img[src]" }],
  renderHTML: ({ HTMLAttributes }) => ["img", HTMLAttributes],
});

const small = (name: string, tag: string): Mark =>
  Mark.create({
    name,
    excludes: name === "superscript" ? "subscript" : "superscript",
    parseHTML: () => [{ tag }],
    renderHTML: ({ HTMLAttributes }) => [tag, mergeAttributes(HTMLAttributes), 0],
  });

/** Without the widths that the extension writes as inline style. */
const PlainTable = Table.extend({
  renderHTML: () => ["table", ["tbody", 0]],
});

/** Every allowed element; anything else in an opened text is named before it could be lost. */
export const KNOWN = new Set(
  [
    "html head body section article div h1 h2 h3 h4 p br hr blockquote ul ol li",
    "strong b em i u s del sup sub a span font img",
    "table caption colgroup col thead tbody tfoot tr th td",
  ].flatMap((names) => names.split(" ")),
);

export const extensions = [
  StarterKit.configure({
    heading: { levels: [2, 3, 4] },
    code: false,
    codeBlock: false,
    link: false,
    trailingNode: false,
  }),
  Link.configure({
    openOnClick: false,
    autolink: false,
    linkOnPaste: true,
    protocols: ["http", "https", "mailto", "tel"],
    HTMLAttributes: { target: null, rel: null, class: null },
  }),
  Image,
  small("superscript", "sup"),
  small("subscript", "sub"),
  PlainTable.configure({ resizable: false }),
  TableRow,
  TableHeader,
  TableCell,
];
