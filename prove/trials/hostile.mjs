// Files that attack their reader: each ends in an answer or a refusal, in bounded time, and a server beside them is not slowed.
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";

import { zip } from "../../e2e/lib/zip.mjs";
import { county, folder, middle, Person, program, Server, sleep } from "../lib.mjs";

const types = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>';
const word = (body) =>
  zip({
    "[Content_Types].xml": types,
    "word/document.xml": `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
  });

const files = () => ({
  "empty.docx": Buffer.alloc(0),
  "noise.docx": Buffer.from(Array.from({ length: 50_000 }, (_, n) => (n * 7919) & 255)),
  "cut.docx": word("<w:p><w:r><w:t>正文</w:t></w:r></w:p>").subarray(0, 120),
  "bomb.docx": word(`<w:p><w:r><w:t>${"字".repeat(60_000_000)}</w:t></w:r></w:p>`),
  "deep.docx": word(`${"<w:tbl><w:tr><w:tc>".repeat(20_000)}<w:p/>${"</w:tc></w:tr></w:tbl>".repeat(20_000)}`),
  "entities.docx": zip({
    "[Content_Types].xml": types,
    "word/document.xml": `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">${"bcdefgh"
      .split("")
      .map((c, n) => `<!ENTITY ${c} "${`&${"abcdefg"[n]};`.repeat(10)}">`)
      .join("")}]><w:document xmlns:w="w">&h;</w:document>`,
  }),
  "wide.xlsx": zip({
    "[Content_Types].xml": types,
    "xl/worksheets/sheet1.xml": `<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>`,
  }),
  "noise.pdf": Buffer.concat([
    Buffer.from("%PDF-1.7\n"),
    Buffer.from(Array.from({ length: 100_000 }, (_, n) => (n * 104_729) & 255)),
  ]),
  "loop.pdf": Buffer.from(
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R/Kids[1 0 R]>>endobj\ntrailer<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF",
  ),
  "deep.html": Buffer.from("<div>".repeat(200_000)),
  "wide.html": Buffer.from(`<a ${Array.from({ length: 200_000 }, (_, n) => `a${n}=1`).join(" ")}>`),
  "unclosed.html": Buffer.from(`<p>${"<b id=ai>".repeat(1000)}</p>${"<p>x</p>".repeat(1000)}`),
  "many.zip.docx": zip(Object.fromEntries(Array.from({ length: 30_000 }, (_, n) => [`word/media/${n}.bin`, "x"]))),
  "slip.docx": zip({
    "[Content_Types].xml": types,
    "../../../../tmp/slipped": "x",
    "word/document.xml": "<w:document/>",
  }),
  "cells.csv": Buffer.from(`${"1,".repeat(20_000)}\n`.repeat(200)),
  "quotes.csv": Buffer.from(`a,"${"b".repeat(5_000_000)}`),
  "name.txt": Buffer.from("\u202e\u0000文".repeat(1000)),
});

/** `gongkai check` to its end, a minute at most. */
function check(file) {
  const child = spawn("timeout", ["-s", "KILL", "60", program, "check", file, "--json"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (text) => (said = (said + text).slice(-20_000)));
  return new Promise((done) => child.on("exit", (status) => done({ status, said })));
}

export default async function (trial) {
  const place = folder();
  const data = `${place}/county`;
  const editor = county(data);
  const server = await Server.start(data);
  const reader = new Person(server.portal);
  await reader.get("/policies");
  const calm = [];
  for (let n = 0; n < 20; n += 1) calm.push((await reader.get("/policies")).ms);
  mkdirSync(`${place}/files`);
  let [longest, worst, bad, beside] = [0, "", [], []];
  let reading = true;
  const watch = (async () => {
    while (reading) {
      beside.push((await reader.get("/policies").catch(() => ({ ms: 60_000 }))).ms);
      await sleep(50);
    }
  })();
  for (const [name, bytes] of Object.entries(files())) {
    const file = `${place}/files/${name}`;
    writeFileSync(file, bytes);
    const begun = Date.now();
    const done = await check(file);
    const took = Date.now() - begun;
    if (took > longest) [longest, worst] = [took, name];
    if (![0, 1].includes(done.status) || /panicked/.test(done.said))
      bad.push(`${name}: ${done.status} ${done.said.slice(0, 120)}`);
  }
  // The same through the office: an upload by somebody who means harm.
  const person = await Person.signIn(server, editor);
  const draft = await person.draft("攻击性附件（演示）");
  const answers = [];
  for (const [name, bytes] of Object.entries(files())) {
    const reply = await person.upload(`${draft.to.replace(/\/edit$/, "")}/attachments`, name, bytes, 120_000);
    answers.push(`${name}: ${reply.status}`);
    if (reply.status >= 500) bad.push(`${name} uploaded: ${reply.status}`);
  }
  reading = false;
  await watch;
  trial.figure("files, longest (ms)", `${Object.keys(files()).length}, ${longest} (${worst})`);
  trial.must("each ends in an answer or a refusal, none in a crash", bad.length === 0, bad.join("; "));
  trial.must("none takes a minute", longest < 60_000, longest);
  trial.figure("answers to their upload", answers.join(", "));
  trial.figure(
    "a page alone, beside it: ms (median), longest",
    `${middle(calm)}, ${middle(beside)}, ${Math.max(...beside)}`,
  );
  trial.must("a page beside it is answered within two seconds", middle(beside) < 2000, middle(beside));
  trial.must("the server serves on", (await server.health()).ok);
  await server.stop();
}
