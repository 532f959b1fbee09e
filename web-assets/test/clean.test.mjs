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
    document.title = "done";
    document.body.textContent = JSON.stringify(${JSON.stringify(calls)}.map(([name, html]) => clean[name](html)));`;
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
    ["cleanPaste", `<p><img src="file:///c:/a.png">图</p><p><img src="/files/1" alt="图一" width="9"></p>`],
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
  assert.equal(image, '<p>图</p><p><img src="/files/1" alt="图一"></p>');
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
