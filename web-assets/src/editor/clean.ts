// Text from Word, WPS and web pages: their styles are dropped, their structure is kept, and what does not come in
// is counted.
import { parse } from "../office/inert";
import {
  type Notes,
  asData,
  buildLists,
  none,
  plainLists,
  readSigns,
  removeAuthorsOwn,
  removePictures,
  styleOf,
  told,
  untieLinks,
  unwrap,
} from "./word";

const DROPPED =
  "style, script, meta, link, title, xml, iframe, form, input, button, select, textarea, noscript, template, head";
const INDENT = /^[\u3000\u00a0\s]+/;

function removeComments(root: Node, document: Document): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  const found: Node[] = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  // Word hides the marks of its lists between such comments; they go with them.
  for (const comment of found) comment.parentNode?.removeChild(comment);
}

/** 居中 and 右对齐 as the classes under which they are published. */
function alignment(element: Element): "center" | "right" | null {
  const set = /text-align\s*:\s*(center|right|end)/i.exec(styleOf(element))?.[1] ?? element.getAttribute("align");
  if (/^center$/i.test(set ?? "")) return "center";
  return /^(right|end)$/i.test(set ?? "") ? "right" : null;
}

const BOLD = /font-weight\s*:\s*(bold|[6-9]00)/i;

/** What a style says that changes what words mean: struck out, raised, lowered, underlined, bold, set in italics. */
const MEANINGS: [string, RegExp][] = [
  ["s", /text-decoration(-line)?\s*:[^;]*line-through/i],
  ["u", /text-decoration(-line)?\s*:[^;]*underline/i],
  ["sup", /vertical-align\s*:\s*super|mso-text-raise\s*:\s*[1-9]/i],
  ["sub", /vertical-align\s*:\s*sub\b|mso-text-raise\s*:\s*-[1-9]/i],
  ["em", /font-style\s*:\s*(italic|oblique)/i],
  ["strong", BOLD],
];

/** Whether every word of the cell is bold: how Word and Excel mark a head. */
function isBold(cell: Element): boolean {
  if ((cell.textContent ?? "").trim() === "") return false;
  if (BOLD.test(styleOf(cell))) return true;
  const walker = cell.ownerDocument.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if ((text.textContent ?? "").trim() === "") continue;
    let bold = false;
    for (let above = text.parentElement; above && above !== cell; above = above.parentElement)
      bold ||= above.matches("b, strong") || BOLD.test(styleOf(above));
    if (!bold) return false;
  }
  return true;
}

function rename(element: Element, tag: string): void {
  const renamed = element.ownerDocument.createElement(tag);
  for (const { name, value } of [...element.attributes]) renamed.setAttribute(name, value);
  renamed.append(...element.childNodes);
  element.replaceWith(renamed);
}

function tidyTables(root: Element): void {
  for (const table of root.querySelectorAll("table")) {
    const rows = [...table.rows];
    for (const row of rows) {
      // Word adds a row without height so that old browsers see its columns.
      if (row.getAttribute("height") === "0" && (row.textContent ?? "").trim() === "") row.remove();
    }
    const heads = table.tHead ? [...table.tHead.rows] : [];
    const [first] = [...table.rows];
    const words = [...(first?.cells ?? [])].filter((cell) => (cell.textContent ?? "").trim() !== "");
    if (heads.length === 0 && first && table.rows.length > 1 && words.length > 1 && words.every(isBold))
      heads.push(first);
    for (const cell of heads.flatMap((row) => [...row.cells])) if (cell.matches("td")) rename(cell, "th");
  }
}

/** HTML from the clipboard, cleaned, and what did not come in; the editor's schema does the rest. */
export function readPaste(
  html: string,
  place: (data: string) => string | null = () => null,
): { html: string; notes: Notes } {
  const notes = none();
  // Copied in the editor itself: it is as it should be.
  if (/<[^>]*\sdata-pm-slice=/.test(html) && !/mso-|<o:p|urn:schemas-microsoft/i.test(html)) return { html, notes };
  const page = parse(asData(html));
  const root = page.body;
  removeComments(page, page);
  removeAuthorsOwn(page, notes);
  removePictures(root, notes, place);
  for (const element of root.querySelectorAll(DROPPED)) element.remove();
  untieLinks(root, notes);
  buildLists(root, page, notes);
  readSigns(root, notes);
  plainLists(root, page, notes);
  tidyTables(root);
  for (const reading of root.querySelectorAll("rt")) reading.textContent = `（${reading.textContent ?? ""}）`;
  for (const element of [...root.querySelectorAll("*")]) {
    // Some editors wrap everything in <b style="font-weight:normal">, which is not bold at all.
    if (element.matches("b") && /font-weight\s*:\s*(normal|400)/i.test(styleOf(element))) {
      unwrap(element);
      continue;
    }
    if (element.localName.includes(":") || element.matches("font, rp")) {
      if (element.matches("rp")) element.remove();
      else unwrap(element);
      continue;
    }
    const style = styleOf(element);
    const meant = element.matches("span") ? MEANINGS.filter(([, pattern]) => pattern.test(style)) : [];
    const align = element.matches("p, td, th") ? alignment(element) : null;
    for (const { name } of [...element.attributes]) {
      const kept =
        (name === "href" && element.matches("a")) ||
        (name === "start" && element.matches("ol")) ||
        ((name === "colspan" || name === "rowspan") && element.matches("td, th")) ||
        ((name === "src" || name === "alt") && element.matches("img")) ||
        (name === "data-wait" && element.matches("figure"));
      if (!kept) element.removeAttribute(name);
    }
    if (align) element.setAttribute("class", align);
    for (const [tag] of meant) {
      const mark = page.createElement(tag);
      mark.append(...element.childNodes);
      element.append(mark);
    }
    if (element.matches("h1")) rename(element, "h2");
    else if (element.matches("h5, h6")) rename(element, "h4");
  }
  tidyParagraphs(root);
  return { html: root.innerHTML, notes };
}

/** The same without the notes. */
export const cleanPaste = (html: string): string => readPaste(html).html;

/** What is told of a paste; empty when everything came in. */
export const pasteNotice = (html: string): string => told(readPaste(html).notes) ?? "";

/** Indents made of spaces go (style sheets indent), and so do empty paragraphs between others. */
function tidyParagraphs(root: Element): void {
  for (const block of root.querySelectorAll("p, h2, h3, h4, li")) {
    let first: Node | null = block;
    while (first?.firstChild) first = first.firstChild;
    if (first?.nodeType === 3) first.textContent = (first.textContent ?? "").replace(INDENT, "");
    const empty =
      (block.textContent ?? "").replace(/[\u3000\u00a0\s]/g, "") === "" && !block.querySelector("img, br, figure");
    if (empty && block.matches("p") && !block.closest("td, th, li")) block.remove();
  }
}

/** What goes to the server: header rows in thead with scope, no attribute that the policy forbids. */
export function publishable(html: string): string {
  const page = parse(html);
  for (const element of page.body.querySelectorAll("[style], [class]")) {
    element.removeAttribute("style");
    const align = element.matches("p, td, th") && ["center", "right"].find((name) => element.classList.contains(name));
    if (align) element.setAttribute("class", align);
    else element.removeAttribute("class");
  }
  for (const figure of page.body.querySelectorAll("figure")) {
    // What has not arrived is not there; what says nothing is no caption.
    if (figure.querySelector("img:not([src='']), table, p") === null) figure.remove();
    else for (const caption of figure.querySelectorAll("figcaption:empty")) caption.remove();
  }
  for (const group of page.body.querySelectorAll("colgroup")) group.remove();
  for (const table of page.body.querySelectorAll("table")) {
    const body = table.querySelector("tbody");
    const head = page.createElement("thead");
    while (
      body?.firstElementChild &&
      body.children.length > 1 &&
      [...body.firstElementChild.children].every((cell) => cell.matches("th"))
    ) {
      head.append(body.firstElementChild);
    }
    for (const cell of head.querySelectorAll("th")) cell.setAttribute("scope", "col");
    for (const cell of table.querySelectorAll("tbody th")) cell.setAttribute("scope", "row");
    if (head.firstChild) body?.before(head);
  }
  for (const cell of page.body.querySelectorAll("td, th")) {
    for (const span of ["colspan", "rowspan"]) if (cell.getAttribute(span) === "1") cell.removeAttribute(span);
    const only = cell.children.length === 1 ? cell.firstElementChild : null;
    if (!only?.matches("p")) continue;
    const align = only.getAttribute("class");
    if (align) cell.setAttribute("class", align);
    unwrap(only);
  }
  return page.body.innerHTML === "<p></p>" ? "" : page.body.innerHTML;
}
