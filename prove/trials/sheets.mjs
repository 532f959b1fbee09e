// Sheets of records that attack their reader or whoever opens what comes out: each is told, nothing hidden comes in, formulas stay text.
import { readFileSync, writeFileSync } from "node:fs";

import { zip } from "../../e2e/lib/zip.mjs";
import { command, county, folder, program, run, Server } from "../lib.mjs";

const rows = 200_000;
const cell = (text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`;
const line = (...texts) => `<row>${texts.map(cell).join("")}</row>`;
const sheet = (...lines) => `<worksheet><sheetData>${lines.join("")}</sheetData></worksheet>`;
const space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/** A workbook of sheets by their names; `hidden` ones are. */
function workbook(sheets, hidden = []) {
  const names = Object.keys(sheets);
  const listed = names
    .map((name, n) => {
      const state = hidden.includes(name) ? ' state="hidden"' : "";
      return `<sheet name="${name}" sheetId="${n + 1}"${state} r:id="r${n + 1}"/>`;
    })
    .join("");
  const links = names
    .map((_, n) => `<Relationship Id="r${n + 1}" Type="${relations}/worksheet" Target="worksheets/sheet${n + 1}.xml"/>`)
    .join("");
  const kinds = names
    .map(
      (_, n) =>
        `<Override PartName="/xl/worksheets/sheet${n + 1}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`,
    )
    .join("");
  const packages = "http://schemas.openxmlformats.org/package/2006";
  return zip({
    "[Content_Types].xml": `<?xml version="1.0"?><Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>${kinds}</Types>`,
    "_rels/.rels": `<?xml version="1.0"?><Relationships xmlns="${packages}/relationships"><Relationship Id="r1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `<?xml version="1.0"?><workbook xmlns="${space}" xmlns:r="${relations}"><sheets>${listed}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `<?xml version="1.0"?><Relationships xmlns="${packages}/relationships">${links}</Relationships>`,
    ...Object.fromEntries(names.map((name, n) => [`xl/worksheets/sheet${n + 1}.xml`, `<?xml version="1.0"?>${sheets[name].replace("<worksheet>", `<worksheet xmlns="${space}">`)}`])),
  });
}

const head = line("学校名称", "办学类型", "招生计划（人）", "招生范围（施教区）");
const school = (name, more = "文昌社区") => line(name, "公办小学", "270", more);

export default async function (trial) {
  const place = folder();
  const data = `${place}/county`;
  county(data);
  const said = (name, item, bytes, ...more) => {
    const file = `${place}/${name}`;
    writeFileSync(file, bytes);
    const done = command(data, "records", "import", item, file, "--json", ...more);
    let told = {};
    try {
      told = JSON.parse(done.out);
    } catch {
      told = {};
    }
    return { ...done, told };
  };

  const hidden = workbook({ 名单: sheet(head, school("甲小学（演示）")), 底稿: sheet(head, school("乙小学（演示）"), school("丙小学（演示）")) }, ["底稿"]);
  const visible = said("隐藏2026年.xlsx", "enrolment", hidden, "--dry-run");
  trial.must("a hidden sheet is told and not read", visible.told.rows === 1 && /隐藏/.test(String(visible.told.about)), visible.out);
  const asked = said("隐藏2026年.xlsx", "enrolment", hidden, "--dry-run", "--sheet", "底稿");
  trial.must("nor is it read when it is named", asked.status === 1 || asked.told.rows === 0, asked.out);

  const attacks = ["=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("http://a.example","x")'];
  const text = attacks.map((attack) => `甲小学（演示）${attack.length},公办小学,270,"${attack.replaceAll('"', '""')}"`).join("\n");
  const formulas = said("公式2026年.csv", "enrolment", `学校名称,办学类型,招生计划（人）,招生范围（施教区）\n${text}\n`, "--dry-run");
  trial.must("formulas in a table are text", formulas.told.accepted === attacks.length, formulas.out + formulas.said);

  const merged = workbook({ 表: `<worksheet><sheetData>${head}${school("甲小学（演示）")}</sheetData><mergeCells>${'<mergeCell ref="A1:XFD1048576"/>'.repeat(5000)}</mergeCells></worksheet>` });
  const begunMerged = Date.now();
  const overlaid = said("合并2026年.xlsx", "enrolment", merged, "--dry-run");
  trial.must("thousands of merged cells end in an answer", [0, 1].includes(overlaid.status) && !/panicked/.test(overlaid.said), overlaid.said);
  trial.must("and soon", Date.now() - begunMerged < 30_000, Date.now() - begunMerged);

  const header = "断面名称,监测时间,水质类别,pH(无量纲),溶解氧(mg/L),氨氮(mg/L)";
  const readings = Array.from({ length: rows }, (_, n) => {
    const day = new Date(Date.UTC(2020, 0, 1 + Math.floor(n / 300))).toISOString().slice(0, 10);
    return `演示断面${String(n % 50).padStart(2, "0")},${day} ${n % 24},Ⅱ,7.${n % 90},8.1,0.1`;
  });
  const file = `${place}/水质2026年.csv`;
  writeFileSync(file, `${header}\n${readings.join("\n")}\n`);
  const begun = Date.now();
  const large = command(data, "records", "import", "water", file, "--json");
  const took = Date.now() - begun;
  const told = large.status === 0 ? JSON.parse(large.out) : {};
  trial.figure(`${rows} rows brought in (ms)`, took);
  trial.must("all of them are in", told.accepted === rows && told.stored === true, large.said.slice(-300));
  trial.must("within two minutes", took < 120_000, took);
  const again = command(data, "records", "import", "water", file, "--json");
  trial.must("the same file is not a second batch", again.status === 0 && JSON.parse(again.out).again === true, again.said);

  const cut = readFileSync(file).subarray(0, 5_000_001);
  const twice = [said("一半2026年.csv", "water", cut, "--dry-run"), said("空.csv", "water", "", "--dry-run")];
  trial.must("a file that was cut off and an empty one end in words", twice.every((one) => [0, 1].includes(one.status) && !/panicked/.test(one.said)), twice.map((one) => one.said).join(" "));

  // Two at once: one batch.
  const both = `${place}/同时2026年.csv`;
  writeFileSync(both, `${header}\n${readings.slice(0, 20_000).map((one) => one.replace("演示断面", "同时断面")).join("\n")}\n`);
  const shell = `${program} records import water ${both} --json --data ${data}`;
  const pair = run("sh", "-c", `GONGKAI_SITE__DEMO=true; export GONGKAI_SITE__DEMO; ${shell} & ${shell}; wait`);
  const batches = new Set([...pair.stdout.matchAll(/"batch":"([^"]+)"/g)].map((found) => found[1]));
  trial.must("two imports of one file at the same moment are one batch", batches.size === 1, pair.stdout + pair.stderr);

  const server = await Server.start(data);
  trial.must("the server serves on", (await server.health()).ok);
  await server.stop();
  const verified = command(data, "verify", "--json");
  trial.must("the log fits", verified.status === 0, verified.said);
}
