import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { ordered, rank } = await load("office/palette.ts");
const { alone, differing } = await load("office/compare.ts");
const { inChina, textsOf } = await load("office/autosave.ts");

test("the palette finds by part, by characters in order, and ranks whole runs first", () => {
  assert.ok(rank("依申请公开", "申请") < rank("社会公益申请", "申请"));
  assert.ok(rank("依申请公开", "依公") > rank("依申请公开", "公开"));
  assert.equal(rank("依申请公开", "开公"), null);
  assert.equal(rank("待办台", "  "), 0);
  assert.equal(rank("Word 导入", "WORD"), 1);
  assert.ok(rank("导入", "导入") < rank("导入机关", "导入"));
  assert.equal(
    rank("涉及重大民生事项的决策须经县政府常务会议讨论", "民政"),
    null,
    "letters of a long row mean nothing",
  );
});

test("what the server found and the commands of the page stand in one order", () => {
  const named = (label) => ({ label });
  const own = ["民生实事和政务", "机关"].map(named);
  // By an alias (青禾县人民政府), and by its own name.
  const found = ["县政府", "县民政局", "民政办"].map(named);
  const labels = ordered(own, found, "民政").map((one) => one.label);
  assert.deepEqual(labels, ["民政办", "县民政局", "县政府", "民生实事和政务"]);
  // A place of the rail that only the server knows by its letters is shown, once by its words.
  const place = ["审核流程"].map(named);
  assert.equal(ordered(place, place, "shlc").length, 1);
  assert.equal(ordered(place, place, "审核").length, 1);
});

test("of two versions each shows what it has alone, as often as it does", () => {
  assert.deepEqual(alone(["甲", "乙", "甲", "丙"], ["甲", "丁"]), ["乙", "甲", "丙"]);
  assert.deepEqual(alone(["甲"], ["甲", "甲"]), []);
});

test("of two versions of a form only the fields that differ are told, each by its name", () => {
  const own = [
    ["title", "寒假安排"],
    ["keywords", "寒假、 放假"],
    ["summary", "甲"],
    ["organ", "QH010"],
  ];
  const theirs = { title: "寒假安排", keywords: "寒假，放假", summary: "乙", version: "3" };
  assert.deepEqual(differing(own, theirs), [["summary", "甲", "乙"]]);
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
