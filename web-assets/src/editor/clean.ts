// Text from Word, WPS and web pages: their styles are dropped, their structure is kept.

const DROPPED =
  "style, script, meta, link, title, xml, o\\:p, iframe, object, embed, form, input, button, select, textarea, " +
  "noscript";
const INDENT = /^[\u3000\u00a0\s]+/;

function unwrap(element: Element): void {
  element.replaceWith(...element.childNodes);
}

function removeComments(root: Node, document: Document): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  const found: Node[] = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  // Word hides the marks of its lists between such comments; they go with them.
  for (const comment of found) comment.parentNode?.removeChild(comment);
}

/** The level of a Word list paragraph, 0 when it is none. */
function listLevel(paragraph: Element): number {
  const match = /mso-list\s*:[^;]*\blevel(\d+)/i.exec(paragraph.getAttribute("data-style") ?? "");
  return match ? Number(match[1]) : 0;
}

/** Takes the mark (`1.`, `·`) out of the paragraph and says whether it counts. */
function takeMark(paragraph: Element): boolean {
  const mark = [...paragraph.querySelectorAll("span")].find((span) =>
    /mso-list\s*:\s*ignore/i.test(span.getAttribute("data-style") ?? ""),
  );
  const text = mark?.textContent ?? "";
  mark?.remove();
  return /[0-9a-zA-Z一二三四五六七八九十]/.test(text) && !/^\s*o\s*$/.test(text);
}

/** Word writes lists as paragraphs; neighbours become real lists, deeper levels nest. */
function buildLists(root: Element, document: Document): void {
  for (const first of [...root.querySelectorAll("p")]) {
    if (!first.isConnected || listLevel(first) === 0) continue;
    let next: Element | null = first;
    const stack: Element[] = [];
    let top: Element | null = null;
    while (next && next.matches("p") && listLevel(next) > 0) {
      const paragraph: Element = next;
      next = paragraph.nextElementSibling;
      const level = listLevel(paragraph);
      const kind = takeMark(paragraph) ? "ol" : "ul";
      while (stack.length > level) stack.pop();
      while (stack.length < level) {
        const list = document.createElement(kind);
        const parent = stack[stack.length - 1]?.lastElementChild;
        if (parent) parent.append(list);
        else if (!top) paragraph.before(list);
        if (!top) top = list;
        if (!list.isConnected && top !== list) top.append(list);
        stack.push(list);
      }
      const item = document.createElement("li");
      paragraph.removeAttribute("data-style");
      item.append(paragraph);
      stack[stack.length - 1]?.append(item);
    }
  }
}

/** Styles as plain data: parsed as styles they would only trip the content security policy, once per element. */
function asData(html: string): string {
  return html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/(<[a-z][^<>]*?\s)style(\s*=)/gi, "$1data-style$2");
}

/** HTML from the clipboard, cleaned; the editor's schema does the rest. */
export function cleanPaste(html: string): string {
  const page = new DOMParser().parseFromString(asData(html), "text/html");
  const root = page.body;
  removeComments(root, page);
  for (const element of root.querySelectorAll(DROPPED)) element.remove();
  buildLists(root, page);
  for (const element of [...root.querySelectorAll("*")]) {
    // Some editors wrap everything in <b style="font-weight:normal">, which is not bold at all.
    if (element.matches("b") && /font-weight\s*:\s*(normal|400)/i.test(element.getAttribute("data-style") ?? "")) {
      unwrap(element);
      continue;
    }
    if (element.tagName.includes(":") || element.matches("font")) {
      unwrap(element);
      continue;
    }
    const bold =
      element.matches("span") && /font-weight\s*:\s*(bold|[6-9]00)/i.test(element.getAttribute("data-style") ?? "");
    for (const { name } of [...element.attributes]) {
      const kept =
        (name === "href" && element.matches("a")) ||
        ((name === "colspan" || name === "rowspan") && element.matches("td, th")) ||
        ((name === "src" || name === "alt") && element.matches("img"));
      if (!kept) element.removeAttribute(name);
    }
    if (bold) {
      const strong = page.createElement("strong");
      strong.append(...element.childNodes);
      element.append(strong);
    }
    // A picture on the other person's disk cannot be seen by anybody.
    if (element.matches("img") && !/^(https?:|\/)/i.test(element.getAttribute("src") ?? "")) element.remove();
    if (element.matches("h1")) {
      const heading = page.createElement("h2");
      heading.append(...element.childNodes);
      element.replaceWith(heading);
    }
  }
  tidyParagraphs(root);
  return root.innerHTML;
}

/** Indents made of spaces go (style sheets indent), and so do empty paragraphs between others. */
function tidyParagraphs(root: Element): void {
  for (const block of root.querySelectorAll("p, h2, h3, h4, li")) {
    let first: Node | null = block;
    while (first?.firstChild) first = first.firstChild;
    if (first?.nodeType === 3) first.textContent = (first.textContent ?? "").replace(INDENT, "");
    const empty = (block.textContent ?? "").replace(/[\u3000\u00a0\s]/g, "") === "" && !block.querySelector("img, br");
    if (empty && block.matches("p") && !block.closest("td, th, li")) block.remove();
  }
}

/** What goes to the server: header rows in thead with scope, no attribute that the policy forbids. */
export function publishable(html: string): string {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const element of page.body.querySelectorAll("[style], [class]")) {
    element.removeAttribute("style");
    element.removeAttribute("class");
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
    if (head.firstChild) table.prepend(head);
  }
  for (const cell of page.body.querySelectorAll("td, th")) {
    for (const span of ["colspan", "rowspan"]) if (cell.getAttribute(span) === "1") cell.removeAttribute(span);
    const only = cell.children.length === 1 ? cell.firstElementChild : null;
    if (only?.matches("p")) unwrap(only);
  }
  return page.body.innerHTML === "<p></p>" ? "" : page.body.innerHTML;
}
