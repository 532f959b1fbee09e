// The clipboard and the published HTML need a real parser: they run in headless Chromium, where there is one.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";

const browser = ["chromium", "chromium-browser", "google-chrome"].find((name) => {
  try {
    execFileSync(name, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
});

/** Runs `calls` ([function, html]) in the browser and returns what they give. */
async function run(calls) {
  const source = `import * as clean from "./src/editor/clean";
    import { Editor } from "@tiptap/core";
    import { extensions } from "./src/editor/schema";
    import { losing, pasting } from "./src/editor/upgrade";
    const pasted = (html, before) => {
      const editorProps = pasting(() => {});
      const editor = new Editor({ extensions, content: before ?? "", injectCSS: false, editorProps });
      editor.commands.setTextSelection(editor.state.doc.content.size - 1);
      editor.view.pasteHTML(html);
      return editor.getHTML();
    };
    const all = { ...clean, losing, pasted };
    document.title = "done";
    const calls = ${JSON.stringify(calls)};
    document.body.textContent = JSON.stringify(calls.map(([name, ...given]) => all[name](...given)));`;
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: new URL("..", import.meta.url).pathname, loader: "ts" },
    bundle: true,
    write: false,
    format: "iife",
  });
  const folder = mkdtempSync(join(tmpdir(), "clean-"));
  try {
    const page = join(folder, "page.html");
    const script = outputFiles[0].text.replaceAll("</script", "<\\/script");
    writeFileSync(page, `<!DOCTYPE html><meta charset="utf-8"><body><script>${script}</script>`);
    const dump = execFileSync(
      browser,
      [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        `--user-data-dir=${join(folder, "profile")}`,
        "--dump-dom",
        `file://${page}`,
      ],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    );
    const body = /<body>([\s\S]*)<\/body>/.exec(dump)[1];
    return JSON.parse(
      body.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&nbsp;", "\u00a0").replaceAll("&amp;", "&"),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("text from Word keeps its structure and loses its styles", { skip: !browser && "no Chromium" }, async () => {
  const list = (level, mark, text) =>
    `<p class=MsoListParagraph style='mso-list:l0 level${level} lfo1'>` +
    `<span style='mso-list:Ignore'>${mark}<span>&nbsp;</span></span>${text}</p>`;
  const own = "/attachments/0123456789abcdef/a.png";
  const [word, doc, image, table, header, mixed, empty] = await run([
    [
      "cleanPaste",
      `<style>p{mso-x:1}</style><h1 class=MsoTitle>标题</h1>` +
        `<p class=MsoNormal style='text-indent:2em'>　　正文<b>重点</b><o:p></o:p></p>` +
        `${list(1, "1.", "第一")}${list(2, "·", "子项")}${list(1, "2.", "第二")}<p>　</p>`,
    ],
    [
      "cleanPaste",
      `<b style="font-weight:normal"><p onclick="x()"><span style="font-weight:700">粗</span>细</p></b>` +
        `<script>alert(1)</script>`,
    ],
    ["cleanPaste", `<p><img src="file:///c:/a.png">图</p><p><img src="${own}" alt="图一" width="9"></p>`],
    ["cleanPaste", `<table border=1><tr><td colspan=2 style="width:9pt" class="x">甲</td></tr></table>`],
    [
      "publishable",
      `<table style="min-width:50px"><colgroup><col></colgroup><tbody>` +
        `<tr><th colspan="1"><p>类别</p></th><th><p>标准</p></th></tr>` +
        `<tr><th><p>一类</p></th><td><p>2元</p></td></tr></tbody></table>`,
    ],
    ["publishable", `<table><tbody><tr><th><p>只有一行</p></th></tr></tbody></table>`],
    ["publishable", "<p></p>"],
  ]);
  assert.equal(
    word,
    "<h2>标题</h2><p>正文<b>重点</b></p><ol><li><p>第一</p><ul><li><p>子项</p></li></ul></li><li><p>第二</p></li></ol>",
  );
  assert.equal(doc, "<p><span><strong>粗</strong></span>细</p>");
  assert.equal(image, `<p>图</p><p><img src="${own}" alt="图一"></p>`);
  assert.equal(table, '<table><tbody><tr><td colspan="2">甲</td></tr></tbody></table>');
  assert.equal(
    header,
    '<table><thead><tr><th scope="col">类别</th><th scope="col">标准</th></tr></thead>' +
      '<tbody><tr><th scope="row">一类</th><td>2元</td></tr></tbody></table>',
  );
  assert.equal(
    mixed,
    '<table><tbody><tr><th scope="row">只有一行</th></tr></tbody></table>',
    "a lone row stays in the body",
  );
  assert.equal(empty, "");
});

test("pictures stand in the text once they have arrived", { skip: !browser && "no Chromium" }, async () => {
  const src = "/pictures/0123456789abcdef/1200x800.jpg";
  const whole = `<p>甲</p><figure><img src="${src}" alt="图"><figcaption>图1</figcaption></figure><p>乙</p>`;
  const bare = `<figure><img src="${src}"></figure><figure><img src="${src}" alt=""></figure>`;
  const foreign = `<figure><img src="https://evil.example/a.png" alt="图"><figcaption>图1</figcaption></figure>`;
  const [kept, alts, gone, waiting, pasted, elsewhere, told] = await run([
    ["losing", whole],
    ["losing", bare],
    ["losing", foreign],
    ["publishable", `<p>甲</p><figure><img src=""><figcaption>图1</figcaption></figure>${bare}`],
    ["pasted", `<p>前<img src="${src}" alt="图">后</p>`],
    ["cleanPaste", `<p><img src="https://evil.example/a.png">甲<img src="data:image/png;base64,AAAA">乙</p>`],
    ["pasteNotice", `<p><img src="file:///c:/a.png">图</p>`],
  ]);
  assert.deepEqual([kept, alts], [[], []], "a text with pictures is opened in the editor");
  assert.notDeepEqual(gone, [], "what the editor cannot keep is told");
  assert.equal(waiting, `<p>甲</p>${bare}`, "what has not arrived is not in the text");
  assert.match(
    pasted,
    /<p>前<\/p><figure><img src="\/pictures\/[^"]+" alt="图"><figcaption><\/figcaption><\/figure><p>后<\/p>/,
  );
  assert.equal(elsewhere, "<p>甲乙</p>");
  assert.match(told, /1 张图片.*点“图片”插入/);
});

const para = (mark, text, { level = 1, font = "" } = {}) =>
  `<p class=MsoNormal style='margin-left:21.0pt;text-indent:-21.0pt;mso-list:l0 level${level} lfo2'>` +
  `<![if !supportLists]><span lang=EN-US style='${font}mso-list:Ignore'>${mark}` +
  `<span style='font:7.0pt "Times New Roman"'>` +
  `&nbsp;&nbsp;&nbsp;</span></span><![endif]><span>${text}<o:p></o:p></span></p>`;

test("numbers of articles stay as Word showed them", { skip: !browser && "no Chromium" }, async () => {
  const symbols = (letter, text) => para(letter, text, { font: "font-family:Wingdings;" });
  const [articles, told, interrupted, third, bullets, parts, circled, heading, nested, web, romans, jumps, bare] =
    await run([
      [
        "cleanPaste",
        para("第一条", "为规范。") +
          "<p class=MsoNormal>前款。</p>" +
          para("第二条", "本县。") +
          para("（一）", "八十岁；", { level: 2 }) +
          para("第三条", "解释。"),
      ],
      ["pasteNotice", para("第一条", "为规范。") + para("（一）", "八十岁；", { level: 2 })],
      [
        "cleanPaste",
        para("一、", "甲") +
          "<p>间</p>" +
          para("二、", "乙") +
          para("1.", "丙") +
          "<p>间</p>" +
          para("2.", "丁") +
          para("3.", "戊"),
      ],
      ["cleanPaste", para("3.", "甲") + para("4.", "乙") + para("7.", "丙")],
      ["cleanPaste", symbols("l", "甲") + symbols("n", "乙") + symbols("Ø", "丙")],
      ["cleanPaste", para("1.1", "甲") + para("1.2", "乙") + para("(1)", "丙") + para("a)", "丁")],
      ["cleanPaste", para("①", "甲") + para("1、", "乙")],
      [
        "cleanPaste",
        `<h2 style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>第一章<span>&nbsp;&nbsp;</span></span>总则</h2>`,
      ],
      [
        "cleanPaste",
        para("1.", "甲") + para("1.", "子", { level: 2 }) + para("2.", "子", { level: 2 }) + para("2.", "乙"),
      ],
      ["cleanPaste", `<ol start=5><li>甲</li><li>乙</li></ol><ol type="a"><li>甲</li><li><p>乙</p></li></ol>`],
      ["cleanPaste", `<ol style="list-style-type:cjk-ideographic" start=11><li>甲<ul><li>子</li></ul></li></ol>`],
      ["cleanPaste", `<ol><li>甲</li><li value=5>乙</li></ol>`],
      ["cleanPaste", `<ul style="list-style:none"><li>一、甲</li></ul>`],
    ]);
  assert.equal(
    articles,
    "<p>第一条　<span>为规范。</span></p><p>前款。</p><p>第二条　<span>本县。</span></p>" +
      "<p>（一）<span>八十岁；</span></p><p>第三条　<span>解释。</span></p>",
  );
  assert.match(told, /2 处编号/);
  assert.equal(
    interrupted,
    "<p>一、<span>甲</span></p><p>间</p><p>二、<span>乙</span></p><ol><li><p><span>丙</span></p></li></ol><p>间</p>" +
      '<ol start="2"><li><p><span>丁</span></p></li><li><p><span>戊</span></p></li></ol>',
  );
  assert.equal(
    third,
    '<ol start="3"><li><p><span>甲</span></p></li><li><p><span>乙</span></p></li></ol>' +
      '<ol start="7"><li><p><span>丙</span></p></li></ol>',
  );
  assert.equal(bullets.replaceAll(/<\/?(span|p)>/g, ""), "<ul><li>甲</li><li>乙</li><li>丙</li></ul>");
  assert.equal(parts.replaceAll(/<\/?span>/g, ""), "<p>1.1 甲</p><p>1.2 乙</p><p>(1) 丙</p><p>a) 丁</p>");
  assert.equal(circled.replaceAll(/<\/?span>/g, ""), "<p>①甲</p><p>1、乙</p>");
  assert.equal(heading, "<h2>第一章　总则</h2>");
  assert.equal(
    nested.replaceAll(/<\/?(span|p)>/g, ""),
    "<ol><li>甲<ol><li>子</li><li>子</li></ol></li><li>乙</li></ol>",
  );
  assert.equal(web, '<ol start="5"><li>甲</li><li>乙</li></ol><p>a. 甲</p><p>b. 乙</p>');
  assert.equal(romans, "<p>十一、甲</p><ul><li>子</li></ul>");
  assert.equal(jumps, "<p>1. 甲</p><p>5. 乙</p>");
  assert.equal(bare, "<p>一、甲</p>");
});

test("what only the author sees is left out, and said", { skip: !browser && "no Chromium" }, async () => {
  const comment =
    `<p>正文<span style='mso-comment-continuation:1'>甲</span>` +
    `<span class=MsoCommentReference><a class=msocomanchor href="#_msocom_1" id="_anchor_1">[A1]</a></span></p>` +
    `<div style='mso-element:comment-list'><div style='mso-element:comment'><div id="_com_1" class=msocomtxt>` +
    `<p class=MsoCommentText>批注：此处待领导审定</p></div></div></div>`;
  const changes = `<p>公开<del cite="mailto:x" datetime="2026">删去的</del><ins cite="mailto:x">加上的</ins>内容</p>`;
  const hidden =
    `<style><!-- span.secret {mso-style-name:x; display:none; mso-hide:all} --></style>` +
    `<p>公开<span style='display:none;mso-hide:all'>内部掌握</span><span class=secret>不公开</span>内容</p>`;
  const pictures =
    `<p>前<img src="https://a.example/x.png">后<img src="data:image/png;base64,x"></p>` +
    `<!--[if gte vml 1]><v:shape><v:imagedata src="file:///c:/x.png"/></v:shape><![endif]-->` +
    `<![if !vml]><img src="file:///c:/x.png"><![endif]>`;
  const notes =
    `<p>见<a href="file:///C:/a.htm#_ftn1" name="_ftnref1"><span class=MsoFootnoteReference>[1]</span></a></p>` +
    `<p><a href="#_ftnref1">[1]</a> 脚注</p><p><a href="file:///c:/b.doc">乙</a></p>`;
  const [
    commentText,
    commentTold,
    changesText,
    changesTold,
    hiddenText,
    hiddenTold,
    pictureText,
    pictureTold,
    noteText,
    noteTold,
    plain,
  ] = await run(
    [comment, changes, hidden, pictures, notes]
      .flatMap((html) => [
        ["cleanPaste", html],
        ["pasteNotice", html],
      ])
      .concat([["pasteNotice", "<p>甲<b>乙</b></p><ul><li>丙</li></ul>"]]),
  );
  assert.equal(commentText, "<p>正文<span>甲</span><span></span></p>".replace("<span></span>", ""));
  assert.match(commentTold, /没有带进来：1 条批注。/);
  assert.equal(changesText, "<p>公开加上的内容</p>");
  assert.match(changesTold, /1 处修订中已删除的文字.*1 处修订中新增的文字/);
  assert.equal(hiddenText, "<p>公开内容</p>");
  assert.match(hiddenTold, /2 处隐藏文字/);
  assert.equal(pictureText, "<p>前后</p>");
  assert.match(pictureTold, /3 张图片/);
  assert.equal(noteText, "<p>见<span>[1]</span></p><p>[1] 脚注</p><p>乙</p>");
  assert.match(noteTold, /1 个指向个人电脑的链接.*1 个脚注标记/);
  assert.equal(plain, "", "nothing to tell");
});

test("tables and paragraphs keep what they are", { skip: !browser && "no Chromium" }, async () => {
  const [aligned, table, helper, ruby, published] = await run([
    ["cleanPaste", `<p align=center>题</p><p style='text-align:right'>2026年</p><p style='text-align:justify'>文</p>`],
    [
      "cleanPaste",
      `<table><tr><td><b>项目</b></td><td><p><b>金额</b></p></td></tr><tr><td>甲</td><td align=right>1</td></tr></table>`,
    ],
    [
      "cleanPaste",
      "<table><tr><td>甲</td></tr><![if !supportMisalignedColumns]>" +
        "<tr height=0><td style='border:none'></td></tr><![endif]></table>",
    ],
    ["cleanPaste", `<p><ruby>禾<rp>(</rp><rt>hé</rt><rp>)</rp></ruby></p>`],
    [
      "publishable",
      `<p class="right x">日期</p><table><tbody><tr><td><p class="center">甲</p></td></tr></tbody></table>`,
    ],
  ]);
  assert.equal(aligned, '<p class="center">题</p><p class="right">2026年</p><p>文</p>');
  assert.equal(
    table,
    "<table><tbody><tr><th><b>项目</b></th><th><p><b>金额</b></p></th></tr>" +
      '<tr><td>甲</td><td class="right">1</td></tr></tbody></table>',
  );
  assert.equal(helper, "<table><tbody><tr><td>甲</td></tr></tbody></table>");
  assert.equal(ruby, "<p><ruby>禾<rt>（hé）</rt></ruby></p>");
  assert.equal(published, '<p class="right">日期</p><table><tbody><tr><td class="center">甲</td></tr></tbody></table>');
});

test("opening a text loses nothing, or the editor stays away", { skip: !browser && "no Chromium" }, async () => {
  const kept = [
    "",
    "<p>甲<b>乙<i>丙</i></b><i>丁</i></p>\n<h2>题</h2> <p>戊 己</p>",
    '<p class="center">题</p><p class="right">2026年</p>',
    '<ol start="3"><li>甲</li><li>乙<ul><li>子</li></ul></li></ol><blockquote><p>引</p></blockquote>',
    '<table><caption>表1 收入</caption><thead><tr><th scope="col">甲</th></tr></thead>' +
      '<tbody><tr><td class="right" colspan="1">1</td></tr></tbody></table>',
    '<table><tbody><tr><th>甲</th><th>乙</th></tr><tr><td rowspan="2">1<br>2</td><td>2</td></tr>' +
      "<tr><td><p>3</p><p>4</p></td></tr></tbody></table>",
    '<p><a href="https://www.gov.cn/" rel="noopener">甲</a><sup>2</sup><u>乙</u><s>丙</s></p><hr>',
    '<p>图</p><img src="/attachments/0123456789abcdef/a.png" alt="图一">',
    "<p>甲 <b>乙</b> 丙</p><p>第一行<br>第二行</p>",
    "<div><p>甲</p></div>",
    '<h2><a href="/a" title="x">甲</a></h2>',
  ];
  const lossy = [
    '<p id="a">甲</p>',
    '<p lang="en">a</p>',
    "<pre>a  b</pre>",
    "<dl><dt>甲</dt><dd>乙</dd></dl>",
    "<p><ins>甲</ins></p>",
    "<p><code>甲</code></p>",
    '<div class="center"><p>甲</p></div>',
    "<table><tbody><tr><td>1</td></tr></tbody><tfoot><tr><td>2</td></tr></tfoot></table>",
    "<figure><figcaption>甲</figcaption></figure>",
    "<table><caption>表<b>1</b></caption><tbody><tr><td>1</td></tr></tbody></table>",
    '<p>甲<img src="/attachments/0123456789abcdef/a.png" alt="图一">乙</p>',
  ];
  const results = await run([...kept, ...lossy].map((html) => ["losing", html]));
  kept.forEach((html, place) => assert.deepEqual(results[place], [], `${html} is kept`));
  lossy.forEach((html, place) => assert.notDeepEqual(results[kept.length + place], [], `${html} is not`));
});

test("styles that change what words mean, links, and ticked boxes", { skip: !browser && "no Chromium" }, async () => {
  const clean = async (pages) =>
    await run(
      pages.flatMap((html) => [
        ["cleanPaste", html],
        ["pasteNotice", html],
      ]),
    );
  const [seen, seenTold] = await clean([
    `<p>公开<span style="opacity:0">甲</span><span style="position:absolute;left:-9999px">乙</span>内容</p>`,
  ]);
  assert.equal(seen, "<p>公开内容</p>");
  assert.match(seenTold, /2 处隐藏文字/);
  const [price, , power, , squared, , lined, , dead, deadTold, live, liveTold, boxes, boxesTold, odd, oddTold] =
    await clean([
      `<p>每月<span style="text-decoration:line-through">500元</span>600元</p>`,
      `<p>1.5×10<span style='vertical-align:super'>8</span>元</p>`,
      `<p>300m<span style="mso-text-raise:4.0pt">2</span>，H<span style="vertical-align:sub">2</span>O</p>`,
      `<p><span style="text-decoration:underline">甲</span><span style="font-style:italic">乙</span></p>`,
      `<p><a href="ftp://a/b">甲</a><a href="http://x.cn:99999/">乙</a>` +
        `<a href="http://10.1.2.3/oa">丙</a><a href="../a.html">丁</a></p>`,
      `<p><a href="https://www.gov.cn/a?b=1">甲</a><a href="mailto:a@b.cn">乙</a></p>`,
      `<p>公开：<span style='font-family:"Wingdings 2"'>R</span>是 ` +
        `<span style='font-family:Wingdings'>\u00fe</span>否 <span style='font-family:Wingdings'>\uf0a8</span>无</p>`,
      `<p>见<span style='font-family:Webdings'>A</span></p>`,
    ]);
  assert.equal(price, "<p>每月<span><s>500元</s></span>600元</p>");
  assert.equal(power, "<p>1.5×10<span><sup>8</sup></span>元</p>");
  assert.equal(squared, "<p>300m<span><sup>2</sup></span>，H<span><sub>2</sub></span>O</p>");
  assert.equal(lined, "<p><span><u>甲</u></span><span><em>乙</em></span></p>");
  assert.equal(dead, "<p>甲乙丙丁</p>");
  assert.match(deadTold, /4 个公众打不开的链接/);
  assert.match(live, /href="https:\/\/www.gov.cn\/a\?b=1".*href="mailto:a@b.cn"/);
  assert.equal(liveTold, "");
  assert.equal(boxes, "<p>公开：<span>☑</span>是 <span>☑</span>否 <span>□</span>无</p>");
  assert.equal(boxesTold, "");
  assert.equal(odd, "<p>见<span>□</span></p>");
  assert.match(oddTold, /1 个特殊字体的符号/);
});

test("the first paragraph of a paste keeps where it stands", { skip: !browser }, async () => {
  const [heading, date, within, own, two] = await run([
    ["pasted", `<p align=center>关于停水的通知</p><p>正文</p>`],
    ["pasted", `<p style="text-align:right">2025年3月1日</p>`],
    ["pasted", `<p align=center>停水</p>`, "<p>关于</p>"],
    ["pasted", `<p>正文</p>`],
    ["pasted", `<p align=center>题</p><p align=center>二</p>`, "<p>甲</p><p></p>"],
  ]);
  assert.equal(heading, '<p class="center">关于停水的通知</p><p>正文</p>');
  assert.equal(date, '<p class="right">2025年3月1日</p>');
  assert.equal(within, "<p>关于停水</p>");
  assert.equal(own, "<p>正文</p>");
  assert.equal(two, '<p>甲</p><p class="center">题</p><p class="center">二</p>');
});

test("columns, rows and boxes that the author does not see stay out", { skip: !browser }, async () => {
  const [table, tableTold, boxes, boxesTold, shown, shownTold] = await run(
    [
      "<table><col><col span=2 style='display:none'><col>" +
        "<tr><td>甲</td><td>备注</td><td>证</td><td>乙</td></tr>" +
        "<tr style='height:0pt'><td>隐</td><td>x</td><td>y</td><td>藏</td></tr>" +
        "<tr><td rowspan=2>丙</td><td>x</td><td>y</td><td>丁</td></tr><tr><td>x</td><td>y</td><td>戊</td></tr></table>",
      "<p>公开<span style='overflow:hidden;width:0;display:inline-block'>张某</span>内容" +
        "<span style='font-size:1px'>李某</span></p>",
      "<p style='line-height:1.5;max-width:100%'>公开<span style='font-size:10.5pt;width:1em'>内容</span></p>",
    ].flatMap((html) => [
      ["cleanPaste", html],
      ["pasteNotice", html],
    ]),
  );
  const words = (html) =>
    html
      .replace(/<[^>]*>/g, " ")
      .trim()
      .split(/\s+/);
  assert.deepEqual(words(table), ["甲", "乙", "丙", "丁", "戊"]);
  assert.match(tableTold, /隐藏文字/);
  assert.deepEqual(words(boxes).join(""), "公开内容");
  assert.match(boxesTold, /2 处隐藏文字/);
  assert.deepEqual([words(shown).join(""), shownTold], ["公开内容", ""]);
  const ways = [
    "visibility:collapse",
    "opacity:.0",
    "opacity:0%",
    "position:absolute;left:-999px",
    "position:fixed;top:-200em;left:-5000px",
    "text-indent:-9999px",
    "margin-left:-999.5px",
    "position:absolute;clip:rect(0,0,0,0)",
    "clip:rect(1px 1px 1px 1px)",
    "clip-path:inset(50%)",
    "transform:scale(0)",
    "color:transparent",
  ];
  const open = [
    "text-indent:-21pt",
    "margin-left:-36.0pt",
    "color:#fff0f0",
    "opacity:.9",
    "transform:scale(0.9)",
    "left:-20px",
  ];
  const all = await run(
    [...ways, ...open].map((style) => ["cleanPaste", `<p>公开<span style="${style}">张某</span>内容</p>`]),
  );
  ways.forEach((style, place) => assert.equal(words(all[place]).join(""), "公开内容", style));
  open.forEach((style, place) => assert.equal(words(all[ways.length + place]).join(""), "公开张某内容", style));
  const [narrow] = await run([
    [
      "cleanPaste",
      "<table><col width=0><col style='width:0pt'><col width=72><tr><td>x</td><td>y</td><td>甲</td></tr>" +
        "<tr height=0><td>x</td><td>y</td><td>乙</td></tr></table>",
    ],
  ]);
  assert.deepEqual(words(narrow), ["甲"]);
});
