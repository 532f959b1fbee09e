import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { load } from "./load.mjs";

const { Sha256, digestOf } = await load("office/digest.ts");
const { transfer } = await load("office/transfer.ts");
const { fault, words } = await load("office/upload.ts");

const sum = (bytes) => createHash("sha256").update(bytes).digest("hex");
const bytesOf = (length) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);
const json = (status, value) => ({ status, text: JSON.stringify(value) });
const about = { address: "/documents/d/uploads", name: "名单.pdf", replaces: "", twice: false };

test("the digest is that of the standard, however the bytes come", () => {
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000, 70_001]) {
    const bytes = bytesOf(length);
    assert.equal(new Sha256().update(bytes).hex(), sum(bytes), `${length} at once`);
    const pieces = new Sha256();
    for (let at = 0, step = 1; at < length; at += step, step = (step % 97) + 1)
      pieces.update(bytes.subarray(at, Math.min(at + step, length)));
    assert.equal(pieces.hex(), sum(bytes), `${length} in pieces`);
  }
});

test("a file is read through once, or given up", async () => {
  const file = new Blob([bytesOf(2_500_000)]);
  const told = [];
  assert.equal(
    await digestOf(
      file,
      (done) => told.push(done),
      () => false,
    ),
    sum(bytesOf(2_500_000)),
  );
  assert.deepEqual(told, [1_048_576, 2_097_152, 2_500_000]);
  assert.equal(
    await digestOf(
      file,
      () => undefined,
      () => true,
    ),
    "",
  );
});

/** A server that keeps parts as ours does, over a line that does what `weather` says before each part. */
function server(weather = () => "fine", part = 1000) {
  const kept = [];
  const log = [];
  const told = () => kept.reduce((all, one) => all + one.length, 0);
  const line = {
    rests: [],
    post: async (address, fields) => {
      log.push(address);
      if (address.endsWith("/uploads")) {
        line.fields = fields;
        return json(200, { upload: "u1", offset: told(), part });
      }
      if (address.endsWith("/cancel")) return json(200, { cancelled: true });
      if (told() < Number(line.fields.size)) return json(409, { offset: told(), message: "接不上" });
      const whole = Buffer.concat(kept);
      return sum(whole) === line.fields.digest ? json(200, { files: ["名单.pdf"] }) : json(400, { message: "不一致" });
    },
    get: async () => json(200, { offset: told() }),
    send: async (address, bytes, progress) => {
      const at = Number(new URL(address, "http://x").searchParams.get("at"));
      const taken = new Uint8Array(await bytes.arrayBuffer());
      progress(taken.length);
      const now = weather(at, taken.length);
      log.push(`${at}+${taken.length} ${now}`);
      if (now === "cut") return { status: 0, text: "" };
      if (at !== told()) return json(409, { offset: told(), message: "接不上" });
      kept.push(taken);
      // It arrived, but nobody heard so.
      return now === "unheard" ? { status: 0, text: "" } : json(200, { offset: told() });
    },
    rest: async (ms) => void line.rests.push(ms),
  };
  return { line, log, kept };
}

const run = (file, line, wish = { cancelled: false }, tell = () => undefined) =>
  transfer(file, about, line, tell, wish);

test("a file goes in parts and ends by its digest", async () => {
  const { line, log } = server();
  const file = new Blob([bytesOf(2500)]);
  const steps = [];
  assert.deepEqual(await run(file, line, { cancelled: false }, (step) => steps.push(step.at)), { end: "done" });
  assert.deepEqual(log.slice(1, 4), ["0+1000 fine", "1000+1000 fine", "2000+500 fine"]);
  assert.equal(line.fields.digest, sum(bytesOf(2500)));
  assert.deepEqual([steps[0], steps.at(-1)], ["reading", "checking"]);
});

test("after a cut it goes on where it was, in smaller parts, and waits longer each time", async () => {
  let cuts = 0;
  const { line, log } = server((at) => (at > 0 && cuts++ < 3 ? "cut" : "fine"), 1 << 20);
  assert.equal((await run(new Blob([bytesOf(3 << 20)]), line)).end, "done");
  assert.deepEqual(line.rests, [1000, 2000, 5000]);
  const sent = log.filter((one) => /^\d+\+/.test(one));
  assert.equal(sent[0], `0+${1 << 20} fine`);
  assert.equal(sent[3], `${1 << 20}+${1 << 18} cut`, "the third try of a quarter");
  assert.equal(sent[4], `${1 << 20}+${1 << 17} fine`);
});

test("a part that arrived although its answer was lost is not sent twice", async () => {
  let lost = 0;
  const { line, log } = server(() => (lost++ === 0 ? "unheard" : "fine"));
  assert.equal((await run(new Blob([bytesOf(1500)]), line)).end, "done");
  assert.equal(log.filter((one) => one.startsWith("0+")).length, 1);
});

test("what lies there from before is not sent again", async () => {
  const { line, log, kept } = server();
  kept.push(bytesOf(1500).subarray(0, 1000));
  assert.equal((await run(new Blob([bytesOf(1500)]), line)).end, "done");
  assert.ok(log.some((one) => one.startsWith("1000+500")) && !log.some((one) => one.startsWith("0+")));
});

test("a line that stays away ends with a button, not with a loss", async () => {
  const { line } = server(() => "cut");
  const outcome = await run(new Blob([bytesOf(500)]), line);
  assert.deepEqual(outcome, { end: "cut", status: 0, text: "" });
  assert.equal(line.rests.length, 7);
  assert.match(fault(outcome), /从断开的地方接着传/);
});

test("what is refused is told with the server's words and not tried again", async () => {
  const { line } = server();
  line.send = async () => json(413, { message: "一段最多 8 MB" });
  const outcome = await run(new Blob([bytesOf(500)]), line);
  assert.equal(outcome.end, "refused");
  assert.equal(fault(outcome), "一段最多 8 MB");
  assert.equal(line.rests.length, 0);
});

test("the same file is told and nothing is sent", async () => {
  const { line, log } = server();
  line.post = async () => json(200, { same: "去年的名单.pdf" });
  const outcome = await run(new Blob([bytesOf(500)]), line);
  assert.deepEqual(outcome, { end: "same", name: "去年的名单.pdf", upload: "" });
  assert.equal(log.length, 0);
});

test("what the server has given up begins anew, once", async () => {
  const { line, log } = server();
  const send = line.send;
  let gone = 1;
  line.send = async (...all) => (gone-- > 0 ? json(404, {}) : send(...all));
  assert.equal((await run(new Blob([bytesOf(500)]), line)).end, "done");
  assert.equal(log.filter((one) => one.endsWith("/uploads")).length, 2);
  line.send = async () => json(404, {});
  line.post = async () => json(200, { upload: "u1", offset: 0, part: 1000 });
  assert.equal((await run(new Blob([bytesOf(500)]), line)).end, "refused");
});

test("cancelling in the middle tells the server", async () => {
  const wish = { cancelled: false };
  const { line, log } = server((at) => {
    if (at === 1000) wish.cancelled = true;
    return "fine";
  });
  assert.deepEqual(await run(new Blob([bytesOf(5000)]), line, wish), { end: "cancelled" });
  assert.equal(log.at(-1), "/documents/d/uploads/u1/cancel");
});

test("a server that contradicts itself is not asked for ever", async () => {
  const { line } = server();
  line.send = async () => json(409, { offset: 0, message: "接不上" });
  assert.equal((await run(new Blob([bytesOf(500)]), line)).end, "refused");
});

test("how far it is stands in words with a percent", () => {
  assert.equal(words({ at: "sending", done: 30 << 20 }, 60 << 20), "已上传 30.0 MB / 60.0 MB，50%");
  assert.match(words({ at: "waiting", done: 0, seconds: 5 }, 10), /5 秒后自动继续/);
  assert.equal(words({ at: "reading", done: 0 }, 0), "正在核对文件，0%");
});
