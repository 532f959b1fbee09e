// A workbook as Excel writes it: texts in one table of their own, sheets that may be hidden.
import { zip } from "./zip.mjs";

const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml";
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** What a workbook is called on the wire. */
export const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** The bytes of a workbook: `sheets` = name, rows of texts, hidden or not. */
export function workbook(sheets) {
  const texts = [...new Set(sheets.flatMap(({ rows }) => rows.flat()))];
  const cell = (text, column, row) => `<c r="${String.fromCharCode(65 + column)}${row + 1}" t="s"><v>${texts.indexOf(text)}</v></c>`;
  const line = (cells, row) => `<row r="${row + 1}">${cells.map((text, column) => cell(text, column, row)).join("")}</row>`;
  const sheet = ({ rows }) => `${HEAD}<worksheet xmlns="${MAIN}"><sheetData>${rows.map(line).join("")}</sheetData></worksheet>`;
  const named = sheets.map(({ name, hidden }, at) => `<sheet name="${escaped(name)}" sheetId="${at + 1}"${hidden ? ' state="hidden"' : ""} r:id="rId${at + 1}"/>`);
  const relation = (id, kind, target) => `<Relationship Id="${id}" Type="${R}/${kind}" Target="${target}"/>`;
  const part = (name, kind) => `<Override PartName="/xl/${name}" ContentType="${TYPE}.${kind}+xml"/>`;
  const parts = [part("workbook.xml", "sheet.main"), part("sharedStrings.xml", "sharedStrings"), ...sheets.map((_, at) => part(`worksheets/sheet${at + 1}.xml`, "worksheet"))];
  const relations = [...sheets.map((_, at) => relation(`rId${at + 1}`, "worksheet", `worksheets/sheet${at + 1}.xml`)), relation("rIdT", "sharedStrings", "sharedStrings.xml")];
  const within = (lines) => `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${lines}</Relationships>`;
  return zip({
    "[Content_Types].xml":
      `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
      `<Default Extension="xml" ContentType="application/xml"/>${parts.join("")}</Types>`,
    "_rels/.rels": within(relation("rId1", "officeDocument", "xl/workbook.xml")),
    "xl/workbook.xml": `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${R}"><sheets>${named.join("")}</sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": within(relations.join("")),
    "xl/sharedStrings.xml": `${HEAD}<sst xmlns="${MAIN}" count="${texts.length}" uniqueCount="${texts.length}">${texts.map((text) => `<si><t>${escaped(text)}</t></si>`).join("")}</sst>`,
    ...Object.fromEntries(sheets.map((one, at) => [`xl/worksheets/sheet${at + 1}.xml`, sheet(one)])),
  });
}
