// How far a large file is, in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { far } = await load("office/progress.ts");

test("a large file says how far it is, and that it is taken in", () => {
  assert.equal(far(1_048_576, 4_194_304), "已上传 1.0 MB / 4.0 MB，25%");
  assert.equal(far(4_194_304, 4_194_304), "已传完，正在接收");
});
