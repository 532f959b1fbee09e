// What Word and WPS put on the clipboard for the author alone (comments, tracked changes, hidden text), and what they
// write as paragraphs although it is a list. Labels of lists are law in official texts (第二条, （一）): a label that
// HTML would show in another form stays, as text.

/** What was found and not taken, or taken in another form; a count for each. */
export interface Notes {
  comments: number;
  deleted: number;
  inserted: number;
  hidden: number;
  pictures: number;
  drawings: number;
  footnotes: number;
  links: number;
  /** Links that the public cannot follow: FTP, the intranet, places within another site. */
  dead: number;
  /** Signs of a font of pictures that no other font has. */
  signs: number;
  labels: number;
}

export const none = (): Notes => ({
  comments: 0,
  deleted: 0,
  inserted: 0,
  hidden: 0,
  pictures: 0,
  drawings: 0,
  footnotes: 0,
  links: 0,
  dead: 0,
  signs: 0,
  labels: 0,
});

export const styleOf = (element: Element): string => element.getAttribute("data-style") ?? "";

const hasWords = (element: Element): boolean => /[^\s\u3000\u00a0]/.test(element.textContent ?? "");

export function unwrap(element: Element): void {
  element.replaceWith(...element.childNodes);
}

function dropAll(root: Element, selector: string): number {
  const found = [...root.querySelectorAll(selector)];
  for (const element of found) element.remove();
  return found.length;
}

/** Styles as plain data: parsed as styles they would only trip the content security policy, once per element. */
export function asData(html: string): string {
  return html
    .replace(/<style\b([^>]*)>([\s\S]*?)<\/style>/gi, "<template data-sheet>$2</template>")
    .replace(/(<[a-z][^<>]*?\s)style(\s*=)/gi, "$1data-style$2");
}

const HIDING = new RegExp(
  "(^|[;\\s{])(display\\s*:\\s*none|visibility\\s*:\\s*(hidden|collapse)|mso-hide\\s*:\\s*(all|screen)|" +
    "font-size\\s*:\\s*(0(\\.\\d+)?(pt|px|em|rem|%)?|1(\\.0+)?(pt|px))\\s*(;|$)|" +
    "opacity\\s*:\\s*(0|0?\\.0+)%?\\s*(;|$)|" +
    "(left|right|top|bottom|text-indent|margin(-(left|right|top))?)\\s*:\\s*" +
    "-(\\d{4,}|[3-9]\\d\\d)(\\.\\d+)?(pt|px|em|rem|vw|%)|" +
    "clip\\s*:\\s*rect\\(\\s*([01](px)?[\\s,]+){3}[01](px)?\\s*\\)|" +
    "clip-path\\s*:\\s*(inset\\(\\s*(50|100)%|circle\\(\\s*0)|" +
    "transform\\s*:\\s*scale[xy3d]*\\(\\s*0\\s*[,)]|color\\s*:\\s*transparent)",
  "i",
);

/** A box without height or width whose contents are cut off. */
const CUT = /(^|[;\s{])(max-)?(width|height)\s*:\s*[01](\.0+)?(pt|px|em|rem|%)?\s*(;|$)/i;
const isCut = (element: Element): boolean =>
  (CUT.test(styleOf(element)) && /overflow\s*:\s*(hidden|clip)/i.test(styleOf(element))) ||
  (element.matches("tr") &&
    (element.getAttribute("height") === "0" ||
      /(^|[;\s{])height\s*:\s*0(\.0+)?(pt|px)?\s*(;|$)/i.test(styleOf(element))));

/** The cells of columns that a spreadsheet hides, which only their <col> says. */
function cellsOfHiddenColumns(table: HTMLTableElement): Element[] {
  const hidden = new Set<number>();
  let column = 0;
  for (const col of table.querySelectorAll("col")) {
    const span = Math.min(Number(col.getAttribute("span")) || 1, 1000);
    const narrow =
      col.getAttribute("width") === "0" || /(^|[;\s{])width\s*:\s*0(\.0+)?(pt|px)?\s*(;|$)/i.test(styleOf(col));
    for (let i = 0; i < span; i += 1) if (narrow || HIDING.test(styleOf(col))) hidden.add(column + i);
    column += span;
  }
  if (hidden.size === 0) return [];
  const found: Element[] = [];
  // how many more rows a cell from above takes of each column
  const taken: number[] = [];
  for (const row of table.rows) {
    let at = 0;
    for (const cell of row.cells) {
      while ((taken[at] ?? 0) > 0) at += 1;
      const [from, to] = [at, at + cell.colSpan];
      if (Array.from({ length: cell.colSpan }, (_, i) => from + i).every((place) => hidden.has(place)))
        found.push(cell);
      for (; at < to; at += 1) taken[at] = Math.max(cell.rowSpan, 1);
    }
    for (const [place, rows] of taken.entries()) if (rows > 0) taken[place] = rows - 1;
  }
  return found;
}

/** Selectors of the style sheets under which Word hides text. */
function hidingSelectors(root: ParentNode): string[] {
  const selectors: string[] = [];
  for (const sheet of root.querySelectorAll<HTMLTemplateElement>("template[data-sheet]")) {
    const text = sheet.innerHTML.replaceAll("&gt;", ">").replace(/<!--|-->|\/\*[\s\S]*?\*\//g, "");
    for (const [, selector, rules] of text.matchAll(/([^{}]+)\{([^{}]*)\}/g)) {
      if (selector && rules && HIDING.test(rules) && !selector.trim().startsWith("@")) selectors.push(selector.trim());
    }
  }
  return selectors;
}

/** Takes out what only the author sees. */
export function removeAuthorsOwn(page: Document, notes: Notes): void {
  const root = page.body;
  const selectors = hidingSelectors(page);
  for (const sheet of page.querySelectorAll("template[data-sheet]")) sheet.remove();

  const elements = (pattern: RegExp): Element[] =>
    [...root.querySelectorAll("[data-style]")].filter((element) => pattern.test(styleOf(element)));
  // Word and WPS: the list of comments stands at the end, its marks in the text.
  const comments = elements(/mso-element\s*:\s*comment(?!-list)/i).length;
  for (const element of elements(/mso-element\s*:\s*comment-list/i)) element.remove();
  for (const element of elements(/mso-element\s*:\s*comment\b/i)) element.remove();
  // Others (documents written in a browser, LibreOffice): a list at the end that links back.
  let listed = 0;
  for (const back of [...root.querySelectorAll('a[href*="#cmnt_ref"], a[href*="#_msoanchor"]')]) {
    const block = back.closest("div") ?? back.closest("p");
    if (block && block !== root) block.remove();
    listed += 1;
  }
  for (const anchor of [...root.querySelectorAll('a[href*="#cmnt"]')]) (anchor.closest("sup") ?? anchor).remove();
  const marks = dropAll(
    root,
    '.msocomanchor, a[href*="#_msocom"], .MsoCommentReference, .msocomoff, .MsoCommentText, .msocomtxt, ' +
      '[data-style*="mso-special-character:comment"], comment, annotation',
  );
  notes.comments += Math.max(comments, listed, marks > 0 ? 1 : 0);

  for (const element of [...root.querySelectorAll("del, .msoDel")]) {
    if (!element.isConnected) continue;
    if (hasWords(element)) notes.deleted += 1;
    element.remove();
  }
  for (const element of [...root.querySelectorAll("ins, .msoIns")]) {
    if (hasWords(element)) notes.inserted += 1;
    unwrap(element);
  }

  const hidden = new Set(elements(HIDING));
  for (const element of root.querySelectorAll('[data-style], tr[height="0"]')) if (isCut(element)) hidden.add(element);
  for (const table of root.querySelectorAll("table")) for (const cell of cellsOfHiddenColumns(table)) hidden.add(cell);
  for (const element of root.querySelectorAll("[hidden]")) hidden.add(element);
  for (const selector of selectors) {
    try {
      for (const element of root.querySelectorAll(selector)) hidden.add(element);
    } catch {
      // A selector of Word that is none of CSS hides nothing here.
    }
  }
  for (const element of hidden) {
    if (element.isConnected && hasWords(element)) notes.hidden += 1;
    element.remove();
  }
}

/** What the letters of the fonts of signs show, as far as official texts use them. */
const SIGNS: Record<string, Record<string, string>> = {
  wingdings: {
    "\u00fe": "☑",
    "\u00fd": "☒",
    "\u00a8": "□",
    o: "□",
    q: "□",
    "\u00fc": "✓",
    "\u00fb": "✗",
    l: "●",
    n: "■",
    u: "◆",
    "\u00d8": "➢",
    v: "❖",
  },
  "wingdings 2": { R: "☑", S: "☒", T: "☒", "\u00a3": "□", P: "✓", O: "✗", "\u0097": "●", "\u00a2": "■" },
};

/** Ticked and empty boxes that Word sets in a font of signs become the characters that they show. */
export function readSigns(root: Element, notes: Notes): void {
  for (const element of root.querySelectorAll("span, font")) {
    const named = /font-family\s*:\s*(?:"|'|&quot;)?(wingdings(?: [23])?|webdings)/i.exec(styleOf(element))?.[1];
    const font = (named ?? element.getAttribute("face") ?? "").toLowerCase();
    if (!/^(wingdings|webdings)/.test(font) || markOf(element) || element.closest("[data-style*='mso-list']")) continue;
    const signs = SIGNS[font] ?? {};
    for (const node of [...element.childNodes].filter((node) => node.nodeType === 3)) {
      const shown = [...(node.textContent ?? "")].map((letter) => {
        // Word also writes the letters of such fonts in the private area.
        const code = letter.codePointAt(0) ?? 0;
        const plain = code >= 0xf000 && code <= 0xf0ff ? String.fromCodePoint(code - 0xf000) : letter;
        if (/[\s\u00a0\u3000]/.test(plain) || (code > 0xff && plain === letter)) return letter;
        const sign = signs[plain];
        if (sign === undefined) notes.signs += 1;
        return sign ?? "□";
      });
      node.textContent = shown.join("");
    }
  }
}

const SYMBOLS = /(wingdings|symbol|webdings|marlett)/i;
const BULLET = /^[·•●○◦■□▪▫◆◇♦➢➤►▶▸✓✔√★☆※§\-–—*\uf000-\uf0ff]$/;

interface Label {
  kind: "bullet" | "decimal" | "text";
  text: string;
  number: number;
}

function markOf(paragraph: Element): Element | undefined {
  return [...paragraph.querySelectorAll("span, b, strong, i, em, font")].find((part) =>
    /mso-list\s*:\s*ignore/i.test(styleOf(part)),
  );
}

/** Takes the mark out of the paragraph and says what it is. */
function takeLabel(paragraph: Element): Label {
  const mark = markOf(paragraph);
  const text = (mark?.textContent ?? "").replace(/[\s\u00a0\u3000]+/g, "");
  const styles = mark ? [mark, ...mark.querySelectorAll("*")].map(styleOf).join(";") : "";
  const around = mark?.parentElement ? styleOf(mark.parentElement) : "";
  mark?.remove();
  const symbol = SYMBOLS.test(styles) || SYMBOLS.test(around) || (text === "o" && /courier/i.test(styles + around));
  // Chinese Word writes its bullets as letters of a font of signs.
  if (text === "" || BULLET.test(text) || (symbol && text.length <= 2)) return { kind: "bullet", text, number: 0 };
  const decimal = /^(\d{1,6})\.$/.exec(text);
  if (decimal) return { kind: "decimal", text, number: Number(decimal[1]) };
  return { kind: "text", text, number: 0 };
}

/** A label as text, apart from what follows where it would run into it. */
function withSpace(label: string): string {
  if (/[、，．：）】〕》]$/.test(label) || /^[\u2460-\u24ff\u2776-\u2793\u3220-\u32b0]$/.test(label)) return label;
  return /[\x21-\x7e]$/.test(label) ? `${label} ` : `${label}\u3000`;
}

function putLabel(element: Element, label: string, page: Document): void {
  let first: Node | null = element.firstChild;
  while (first && first.nodeType === 3 && /^[\s\u00a0\u3000]*$/.test(first.textContent ?? "")) {
    const blank = first;
    first = first.nextSibling;
    blank.parentNode?.removeChild(blank);
  }
  element.prepend(page.createTextNode(withSpace(label)));
}

/** The level of a Word list paragraph, 0 when it is none. */
function listLevel(paragraph: Element): number {
  const match = /mso-list\s*:[^;]*\blevel(\d+)/i.exec(styleOf(paragraph));
  return match ? Number(match[1]) : 0;
}

/** Word writes lists as paragraphs: bullets and plain numbers become real lists, everything else keeps its label. */
export function buildLists(root: Element, page: Document, notes: Notes): void {
  for (const first of [...root.querySelectorAll("p")]) {
    if (!first.isConnected || first.closest("li") || listLevel(first) === 0) continue;
    let next: Element | null = first;
    // The open lists of each level, with the number that the next item would get.
    let stack: { list: Element; level: number; kind: string; next: number }[] = [];
    while (next && next.matches("p") && listLevel(next) > 0) {
      const paragraph: Element = next;
      next = paragraph.nextElementSibling;
      const level = listLevel(paragraph);
      const label = takeLabel(paragraph);
      paragraph.removeAttribute("data-style");
      if (label.kind === "text") {
        putLabel(paragraph, label.text, page);
        notes.labels += 1;
        stack = [];
        continue;
      }
      stack = stack.filter((open) => open.level <= level);
      let top = stack[stack.length - 1];
      const fits =
        top?.level === level && top.kind === label.kind && (label.kind === "bullet" || top.next === label.number);
      if (!fits) {
        if (top?.level === level) stack.pop();
        const list = page.createElement(label.kind === "bullet" ? "ul" : "ol");
        if (label.kind === "decimal" && label.number !== 1) list.setAttribute("start", String(label.number));
        const above = stack[stack.length - 1]?.list;
        if (above) (above.lastElementChild ?? above).append(list);
        else paragraph.before(list);
        top = { list, level, kind: label.kind, next: label.number };
        stack.push(top);
      }
      if (!top) continue;
      const item = page.createElement("li");
      item.append(paragraph);
      top.list.append(item);
      top.next = label.number + 1;
    }
  }
  // Headings and whatever else carries a number of its own.
  for (const block of [...root.querySelectorAll("h1, h2, h3, h4, h5, h6, p, div, li, td, th")]) {
    const mark = markOf(block);
    if (!mark || mark.closest("p, h1, h2, h3, h4, h5, h6, li, td, th, div") !== block) continue;
    const label = takeLabel(block);
    if (label.kind === "bullet") continue;
    putLabel(block, label.text, page);
    notes.labels += 1;
  }
}

const DIGITS = "零一二三四五六七八九";

function chinese(n: number): string {
  if (n < 0 || n > 99) return String(n);
  if (n < 10) return DIGITS[n] ?? "";
  const tens = Math.floor(n / 10);
  return `${tens > 1 ? DIGITS[tens] : ""}十${n % 10 ? DIGITS[n % 10] : ""}`;
}

function letters(n: number): string {
  let text = "";
  for (let rest = n; rest > 0; rest = Math.floor((rest - 1) / 26))
    text = String.fromCharCode(97 + ((rest - 1) % 26)) + text;
  return text || String(n);
}

function roman(n: number): string {
  if (n < 1 || n > 3999) return String(n);
  const signs: [number, string][] = [
    [1000, "m"],
    [900, "cm"],
    [500, "d"],
    [400, "cd"],
    [100, "c"],
    [90, "xc"],
    [50, "l"],
    [40, "xl"],
    [10, "x"],
    [9, "ix"],
    [5, "v"],
    [4, "iv"],
    [1, "i"],
  ];
  let [rest, text] = [n, ""];
  for (const [value, sign] of signs) while (rest >= value) [rest, text] = [rest - value, text + sign];
  return text;
}

/** How a browser shows the number of an item; `null` for plain numbers, an empty word for none. */
function shown(list: Element, n: number): string | null {
  const item = list.querySelector(":scope > li");
  const styles = `${styleOf(list)};${item ? styleOf(item) : ""}`;
  const named = /list-style(?:-type)?\s*:\s*(?:[^;]*?\s)?([a-z-]+)/i.exec(styles)?.[1]?.toLowerCase();
  const type =
    named ??
    { a: "lower-alpha", A: "upper-alpha", i: "lower-roman", I: "upper-roman" }[list.getAttribute("type") ?? ""];
  switch (type) {
    case "none":
      return "";
    case "lower-alpha":
    case "lower-latin":
      return `${letters(n)}.`;
    case "upper-alpha":
    case "upper-latin":
      return `${letters(n).toUpperCase()}.`;
    case "lower-roman":
      return `${roman(n)}.`;
    case "upper-roman":
      return `${roman(n).toUpperCase()}.`;
    case "decimal-leading-zero":
      return `${String(n).padStart(2, "0")}.`;
    case "cjk-ideographic":
    case "cjk-decimal":
    case "simp-chinese-informal":
    case "trad-chinese-informal":
    case "japanese-informal":
    case "ideograph-digital":
      return `${chinese(n)}、`;
    default:
      return null;
  }
}

/** Lists of web pages: another kind of number, or numbers that jump, become paragraphs with their label as text. */
export function plainLists(root: Element, page: Document, notes: Notes): void {
  for (const list of [...root.querySelectorAll("ol, ul")].reverse()) {
    const items = [...list.children].filter((item) => item.matches("li"));
    const ordered = list.matches("ol");
    const step = list.hasAttribute("reversed") ? -1 : 1;
    const from = Number.parseInt(list.getAttribute("start") ?? "", 10);
    let number = Number.isNaN(from) ? (step < 0 ? items.length : 1) : from;
    const numbers = items.map((item) => {
      const own = Number.parseInt(item.getAttribute("value") ?? "", 10);
      if (!Number.isNaN(own)) number = own;
      const now = number;
      number += step;
      return now;
    });
    const [begin] = numbers;
    if (begin === undefined) continue;
    const label = shown(list, begin);
    const plain = numbers.every((now, place) => now === begin + place);
    if (label === null ? !ordered || plain : !ordered && label !== "") {
      if (ordered && begin !== 1) list.setAttribute("start", String(begin));
      continue;
    }
    for (const [place, item] of items.entries()) {
      const now = numbers[place] ?? 0;
      const text = shown(list, now) ?? `${now}.`;
      let block: Element | null = item.firstElementChild?.matches("p") ? item.firstElementChild : null;
      if (!block) {
        block = page.createElement("p");
        while (
          item.firstChild &&
          !(item.firstChild instanceof Element && item.firstChild.matches("p, ul, ol, table, div"))
        )
          block.append(item.firstChild);
        item.prepend(block);
      }
      if (text !== "" && hasWords(item)) {
        putLabel(block, text, page);
        notes.labels += 1;
      }
      unwrap(item);
    }
    unwrap(list);
  }
}

/** Whether the public can follow an address: a place on the web, a mailbox, a telephone. */
function leadsSomewhere(href: string): boolean {
  if (/^(mailto|tel):./i.test(href)) return true;
  if (!/^https?:\/\/[^/]/i.test(href)) return false;
  let host: string;
  try {
    host = new URL(href).hostname;
  } catch {
    // A port that is none, a host that is none: no browser opens it.
    return false;
  }
  const inner =
    /^(localhost|0\.|10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[)/i.test(host) || !host.includes(".");
  return !inner;
}

/** Links within Word's file lead nowhere, and neither do those to a disk, to a server of old, or into the intranet. */
export function untieLinks(root: Element, notes: Notes): void {
  for (const link of [...root.querySelectorAll("a")]) {
    const href = (link.getAttribute("href") ?? "").trim();
    if (/#_?(ftn|edn|sdfootnote|sdendnote)/i.test(href)) {
      if (!/(ref|anc)\d*$/i.test(href)) notes.footnotes += 1;
      unwrap(link);
    } else if (/^file:/i.test(href)) {
      notes.links += 1;
      unwrap(link);
    } else if (href !== "" && !href.startsWith("#") && !leadsSomewhere(href)) {
      notes.dead += 1;
      unwrap(link);
    } else if (href === "" || (href.startsWith("#") && !/^#(第|%E7%AC%AC)/i.test(href))) unwrap(link);
  }
}

/** Pictures that came with the text are placed; of those that stand elsewhere the browser gives nothing but a name. */
export function removePictures(root: Element, notes: Notes, place: (data: string) => string | null): void {
  for (const picture of [
    ...root.querySelectorAll(
      "img, svg, canvas, picture, video, audio, object, embed, v\\:shape, v\\:group, v\\:imagedata",
    ),
  ]) {
    if (!picture.isConnected) continue;
    const src = picture.getAttribute("src") ?? "";
    if (/^\/(attachments|pictures)\/[0-9a-z]{16}(\/|$)/.test(src)) continue;
    const placed = picture.matches("img") && src.startsWith("data:") ? place(src) : null;
    if (placed !== null) {
      const figure = picture.ownerDocument.createElement("figure");
      figure.setAttribute("data-wait", placed);
      picture.replaceWith(figure);
      continue;
    }
    const words = picture.localName.startsWith("v:") ? picture.querySelectorAll("p, div") : [];
    if (words.length > 0) {
      // A text box: its words are text.
      notes.drawings += 1;
      picture.replaceWith(...words);
      continue;
    }
    notes.pictures += 1;
    picture.remove();
  }
}

/** What is told after pasting; `null` when everything came in as it was. */
export function told(notes: Notes): string | null {
  const left = [
    notes.comments && `${notes.comments} 条批注`,
    notes.deleted && `${notes.deleted} 处修订中已删除的文字`,
    notes.hidden && `${notes.hidden} 处隐藏文字`,
    notes.pictures &&
      `${notes.pictures} 张图片（浏览器读不到 Word 和别的网站里的图片：点“导入 Word”可以连图片一起带入，或把图片存到本机再拖进来、点“图片”插入）`,
    notes.links && `${notes.links} 个指向个人电脑的链接（文字保留）`,
    notes.dead && `${notes.dead} 个公众打不开的链接（文字保留）`,
  ].filter((words): words is string => typeof words === "string");
  const changed = [
    notes.labels && `${notes.labels} 处编号（如“第二条”“（一）”）按原样保留成文字`,
    notes.inserted && `${notes.inserted} 处修订中新增的文字按已接受处理`,
    notes.drawings && `${notes.drawings} 个文本框的文字放进了正文`,
    notes.signs && `${notes.signs} 个特殊字体的符号换成了“□”，请对照原稿`,
    notes.footnotes && `${notes.footnotes} 个脚注标记不再是链接，脚注内容在文末`,
  ].filter((words): words is string => typeof words === "string");
  if (left.length === 0 && changed.length === 0) return null;
  const sentences = ["已粘贴。"];
  if (left.length > 0) sentences.push(`没有带进来：${left.join("、")}。`);
  if (changed.length > 0) sentences.push(`${changed.join("；")}。`);
  sentences.push("请对照原稿核对。");
  return sentences.join("");
}
