// Whether the editor keeps a text: what is stored is compared with what the editor would send back, untouched. Two
// texts are the same when a reader sees the same in the same structure; how HTML spells it does not matter.

const MARKS: Record<string, string> = {
  b: "strong",
  strong: "strong",
  i: "em",
  em: "em",
  s: "s",
  strike: "s",
  u: "u",
  sub: "sub",
  sup: "sup",
};
/** Written by the editor, or by the server, and no choice of the author. */
const IGNORED = new Set(["scope", "rel"]);
const BLOCKS = new Set(
  [
    "address blockquote caption dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr img li ol p pre",
    "table tbody td tfoot th thead tr ul",
  ].flatMap((names) => names.split(" ")),
);

function attributesOf(element: Element): string {
  return [...element.attributes]
    .filter(({ name, value }) => !IGNORED.has(name) && !(/^(colspan|rowspan|start)$/.test(name) && value === "1"))
    .map(({ name, value }) => ` ${name}="${value}"`)
    .sort()
    .join("");
}

/** The text as a list of signs: blocks with what is chosen for them, and runs of words with their marks. */
function signs(root: Element): string[] {
  const out: string[] = [];
  let run = { marks: "", words: "" };
  const flush = (): void => {
    if (run.words !== "") out.push(`“${run.words}”${run.marks}`);
    run = { marks: "", words: "" };
  };
  /** White space at the edges of a block is nobody's. */
  const edge = (): void => {
    run.words = run.words.replace(/[ \t\r\n]+$/, "");
    flush();
    const last = out[out.length - 1];
    if (last?.startsWith("“ ”")) out.pop();
  };
  let fresh = true;
  const say = (words: string, marks: string): void => {
    let text = words.replace(/[ \t\r\n]+/g, " ");
    if (fresh || run.words.endsWith(" ")) text = text.replace(/^ /, "");
    if (text === "") return;
    fresh = false;
    if (run.marks !== marks) flush();
    run = { marks, words: run.words + text };
  };
  const walk = (node: Node, marks: string[]): void => {
    if (node.nodeType === 3) return say(node.textContent ?? "", [...new Set(marks)].sort().join());
    if (!(node instanceof Element)) return;
    const name = node.localName;
    const attributes = attributesOf(node);
    const children = (more: string[] = marks): void => node.childNodes.forEach((child) => walk(child, more));
    if (name === "br") {
      run.words = run.words.replace(/ $/, "");
      flush();
      fresh = true;
      out.push("<br>");
      return;
    }
    if (!BLOCKS.has(name)) {
      const mark = MARKS[name];
      if (mark && attributes === "") return children([...marks, mark]);
      if (name === "span" && attributes === "") return children();
      return children([...marks, `${name}${attributes}`]);
    }
    const only = node.children.length === 1 ? node.firstElementChild : null;
    // Rows and cells are the same in whatever group or paragraph they stand.
    const silent =
      (/^(tbody|thead|colgroup)$/.test(name) && attributes === "") ||
      (name === "p" &&
        attributes === "" &&
        /^(li|td|th|blockquote)$/.test(node.parentElement?.localName ?? "") &&
        node.parentElement?.firstElementChild === node) ||
      (name === "div" &&
        attributes === "" &&
        only !== null &&
        [...node.childNodes].every((child) => child === only || (child.textContent ?? "").trim() === ""));
    edge();
    fresh = true;
    if (!silent) out.push(`<${name}${attributes}>`);
    children();
    edge();
    fresh = true;
    if (!silent) out.push(`</${name}>`);
  };
  root.childNodes.forEach((child) => walk(child, []));
  edge();
  return out;
}

const WORDS: Record<string, string> = {
  img: "图片",
  pre: "原样文字",
  code: "代码",
  dl: "名词解释列表",
  figure: "带说明的图",
  ins: "插入标记",
  del: "删除标记",
  tfoot: "表尾",
  div: "分区",
};

/** What would be lost: names for people, the first few; empty when nothing is. */
export function lost(stored: Element, kept: Element): string[] {
  const [before, after] = [signs(stored), signs(kept)];
  if (before.join("\n") === after.join("\n")) return [];
  const rest = new Map<string, number>();
  for (const sign of after) rest.set(sign, (rest.get(sign) ?? 0) + 1);
  const names = new Set<string>();
  for (const sign of before) {
    const left = rest.get(sign) ?? 0;
    if (left > 0) {
      rest.set(sign, left - 1);
      continue;
    }
    const tag = /^<\/?([a-z0-9]+)([^>]*)>/.exec(sign);
    const mark = /”.*?\b(code|ins|del|a|span|img)\b/.exec(sign)?.[1];
    const name = tag?.[1] ?? mark;
    if (tag?.[2]?.includes(" id=") || /\sid="/.test(sign)) names.add("锚点");
    else if (tag?.[2]?.includes(" lang=") || /\slang="/.test(sign)) names.add("语言标记");
    else if (name) names.add(WORDS[name] ?? "排版");
    else names.add("排版");
  }
  return names.size > 0 ? [...names].slice(0, 5) : ["排版"];
}
