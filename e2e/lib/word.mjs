// A Word document as an office makes one: articles that Word numbers, a wide table, pictures, a review comment.
import { deflateSync } from "node:zlib";

import { crc, zip } from "./zip.mjs";

const W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const A = "http://schemas.openxmlformats.org/drawingml/2006/main";
const WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing";
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
/** Of English Metric Units, in which drawings are measured, as many are a point. */
const EMU = 12_700;

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const run = (text) => `<w:r><w:t xml:space="preserve">${escaped(text)}</w:t></w:r>`;

/** A plain paragraph. */
export const paragraph = (text) => `<w:p>${run(text)}</w:p>`;

/** A paragraph that Word numbers 第…条: the number stands nowhere in the text. */
export const article = (text) =>
  `<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr>${run(text)}</w:p>`;

/** A paragraph to which the review comment is tied. */
export const remarked = (text) =>
  `<w:p><w:commentRangeStart w:id="0"/>${run(text)}<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r></w:p>`;

/** A table whose first row Word repeats on each page. */
export function table(rows) {
  const cell = (text) => `<w:tc>${paragraph(text)}</w:tc>`;
  const row = (cells, at) => `<w:tr>${at === 0 ? "<w:trPr><w:tblHeader/></w:trPr>" : ""}${cells.map(cell).join("")}</w:tr>`;
  return `<w:tbl><w:tblPr/><w:tblGrid>${"<w:gridCol/>".repeat(rows[0].length)}</w:tblGrid>${rows.map(row).join("")}</w:tbl>`;
}

/** The picture with this number, from 1, in a paragraph of its own; nobody has described it. */
export const picture = (number) =>
  `<w:p><w:r><w:drawing><wp:inline><wp:extent cx="${360 * EMU}" cy="${180 * EMU}"/><wp:docPr id="${number}" name="图片 ${number}"/>` +
  `<a:graphic><a:graphicData><a:blip r:embed="rIdP${number}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`;

const numbering =
  `${HEAD}<w:numbering xmlns:w="${W}"><w:abstractNum w:abstractNumId="9"><w:lvl w:ilvl="0"><w:start w:val="1"/>` +
  '<w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="第%1条"/></w:lvl></w:abstractNum>' +
  '<w:num w:numId="1"><w:abstractNumId w:val="9"/></w:num></w:numbering>';

/** The file: `body` of the pieces above, the words of its one comment, and its pictures as PNG. */
export function docx(body, { comment = "", pictures = [] } = {}) {
  const places = pictures.map((_, at) => `media/image${at + 1}.png`);
  const relation = (id, kind, target) => `<Relationship Id="${id}" Type="${R}/${kind}" Target="${target}"/>`;
  const relations = [
    relation("rIdN", "numbering", "numbering.xml"),
    relation("rIdC", "comments", "comments.xml"),
    ...places.map((target, at) => relation(`rIdP${at + 1}`, "image", target)),
  ];
  const package_ = "http://schemas.openxmlformats.org/package/2006";
  return zip({
    "[Content_Types].xml":
      `${HEAD}<Types xmlns="${package_}/content-types"><Default Extension="xml" ContentType="application/xml"/>` +
      '<Default Extension="png" ContentType="image/png"/></Types>',
    "_rels/.rels": `${HEAD}<Relationships xmlns="${package_}/relationships">${relation("rId1", "officeDocument", "word/document.xml")}</Relationships>`,
    "word/document.xml": `${HEAD}<w:document xmlns:w="${W}" xmlns:r="${R}" xmlns:a="${A}" xmlns:wp="${WP}"><w:body>${body}<w:sectPr/></w:body></w:document>`,
    "word/_rels/document.xml.rels": `${HEAD}<Relationships xmlns="${package_}/relationships">${relations.join("")}</Relationships>`,
    "word/numbering.xml": numbering,
    "word/comments.xml": `${HEAD}<w:comments xmlns:w="${W}"><w:comment w:id="0" w:author="演示员">${paragraph(comment)}</w:comment></w:comments>`,
    ...Object.fromEntries(places.map((place, at) => [`word/${place}`, pictures[at]])),
  });
}

/** A PNG of plain bars of this colour (red, green, blue) on white. */
export function png(width, height, color) {
  const line = (on) => Buffer.concat([Buffer.from([0]), Buffer.from(Array.from({ length: width }, () => (on ? color : [255, 255, 255])).flat())]);
  const [bar, blank] = [line(true), line(false)];
  const rows = Array.from({ length: height }, (_, y) => (Math.floor(y / 40) % 2 === 0 ? bar : blank));
  const piece = (kind, bytes) => {
    const named = Buffer.concat([Buffer.from(kind), bytes]);
    const edges = Buffer.alloc(8);
    edges.writeUInt32BE(bytes.length, 0);
    edges.writeUInt32BE(crc(named), 4);
    return Buffer.concat([edges.subarray(0, 4), named, edges.subarray(4)]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  // Eight bits a colour, three colours a point.
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    piece("IHDR", head),
    piece("IDAT", deflateSync(Buffer.concat(rows))),
    piece("IEND", Buffer.alloc(0)),
  ]);
}
