// Files that attack their reader: each ends in an answer or a refusal, in bounded time, and a server beside them is not slowed.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";

import { county, folder, middle, Person, program, Server } from "../lib.mjs";

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
const crc = (bytes) => {
  let c = 0xffffffff;
  for (const byte of bytes) c = crcTable[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
};

/** A zip of these entries. */
function zip(entries) {
  const [bodies, heads] = [[], []];
  let at = 0;
  for (const [name, text] of Object.entries(entries)) {
    const plain = Buffer.from(text);
    const packed = deflateRawSync(plain, { level: 9 });
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc(plain), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(plain.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    bodies.push(Buffer.from("PK\x03\x04"), fields, Buffer.from(name), packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    heads.push(Buffer.from("PK\x01\x02\x14\x00"), fields, tail, Buffer.from(name));
    at += 30 + Buffer.byteLength(name) + packed.length;
  }
  const directory = Buffer.concat(heads);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(Object.keys(entries).length, 4);
  end.writeUInt16LE(Object.keys(entries).length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...bodies, directory, Buffer.from("PK\x05\x06"), end]);
}

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
  "name.txt": Buffer.from("\u202e\u0000文".repeat(1000)),
});

export default async function (trial) {
  const place = folder();
  const data = `${place}/county`;
  county(data);
  const server = await Server.start(data);
  const reader = new Person(server.portal);
  await reader.get("/policies");
  const calm = [];
  for (let n = 0; n < 20; n += 1) calm.push((await reader.get("/policies")).ms);
  mkdirSync(`${place}/files`);
  let [longest, worst, bad] = [0, "", []];
  for (const [name, bytes] of Object.entries(files())) {
    const file = `${place}/files/${name}`;
    writeFileSync(file, bytes);
    const begun = Date.now();
    const done = spawnSync("timeout", ["-s", "KILL", "60", program, "check", file, "--json"], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    const took = Date.now() - begun;
    if (took > longest) [longest, worst] = [took, name];
    if (![0, 1].includes(done.status) || /panicked/.test(done.stderr))
      bad.push(`${name}: ${done.status} ${done.stderr.slice(0, 120)}`);
  }
  trial.figure("files, longest (ms)", `${Object.keys(files()).length}, ${longest} (${worst})`);
  trial.must("each ends in an answer or a refusal, none in a crash", bad.length === 0, bad.join("; "));
  trial.must("none takes a minute", longest < 60_000, longest);
  trial.figure("a page beside it, ms (median)", middle(calm));
  trial.must("the server serves on", (await server.health()).ok);
  await server.stop();
}
