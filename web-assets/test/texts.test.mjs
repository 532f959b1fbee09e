import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { rank } = await load("office/palette.ts");
const { inChina, textsOf } = await load("office/autosave.ts");

test("the palette finds by part, by characters in order, and ranks whole runs first", () => {
  assert.equal(rank("依申请公开", "申请"), 1);
  assert.ok(rank("依申请公开", "依公") > rank("依申请公开", "公开"));
  assert.equal(rank("依申请公开", "开公"), null);
  assert.equal(rank("待办台", "  "), 0);
  assert.equal(rank("Word 导入", "WORD"), 0);
});

test("version, once-token and files are not the person's text", () => {
  const form = new FormData();
  form.append("title", "停车");
  form.append("tags", "甲");
  form.append("tags", "乙");
  form.append("version", "3");
  form.append("once", "token");
  form.append("file", new Blob(["x"]), "x.pdf");
  assert.deepEqual(textsOf(form), [
    ["title", "停车"],
    ["tags", "甲"],
    ["tags", "乙"],
  ]);
});

test("an unsaved copy tells its time as every page does, whatever zone the computer is set to", () => {
  const before = process.env.TZ;
  try {
    for (const zone of ["UTC", "America/New_York", "Asia/Shanghai"]) {
      process.env.TZ = zone;
      assert.equal(inChina("2026-11-28T06:01:51.000Z"), "2026-11-28 14:01", zone);
      assert.equal(inChina("2026-11-28T16:00:00.000Z"), "2026-11-29 00:00", zone);
    }
  } finally {
    process.env.TZ = before;
  }
});
