// What the portal's forms keep while somebody types.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { words } = await load("portal/draft.ts");

test("words are kept, several of one name too, and files are left to the button", () => {
  const file = new File(["x"], "证件.png");
  const kept = words([
    ["wanted", "验收报告 & 附件"],
    ["way", "a"],
    ["way", "b"],
    ["file", file],
  ]);
  assert.equal(kept.get("wanted"), "验收报告 & 附件");
  assert.deepEqual(kept.getAll("way"), ["a", "b"]);
  assert.equal(kept.has("file"), false);
  assert.equal(kept.get("stay"), "1");
});
