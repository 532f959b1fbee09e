// Zip files written by hand, so that tests hold no binary fixtures, and read again. Needs nothing but node.
import { deflateRawSync, inflateRawSync } from "node:zlib";

const TABLE = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** The check sum of zip and PNG. */
export function crc(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = TABLE[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** A zip of these entries: name → text or bytes. */
export function zip(entries) {
  const [bodies, heads] = [[], []];
  let at = 0;
  for (const [name, content] of Object.entries(entries)) {
    const plain = Buffer.from(content);
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

/** What a zip holds, hidden parts and all: name → bytes. */
export function unzip(bytes) {
  const found = {};
  const end = bytes.lastIndexOf(Buffer.from("PK\x05\x06"));
  if (end < 0) throw new Error("no zip");
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const [packed, how] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 10)];
    const [name, extra, comment] = [28, 30, 32].map((field) => bytes.readUInt16LE(at + field));
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const body = bytes.subarray(start, start + packed);
    found[bytes.toString("utf8", at + 46, at + 46 + name)] = how === 8 ? inflateRawSync(body) : Buffer.from(body);
    at += 46 + name + extra + comment;
  }
  return found;
}

/** Every text of a zip in one, its markup taken out: what anybody could dig up from it. */
export const dug = (bytes) =>
  Object.entries(unzip(bytes)).map(([name, body]) => `${name}\n${body.toString()}\n${body.toString().replaceAll(/<[^>]*>/g, "")}`).join("\n");
