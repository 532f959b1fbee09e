import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { goes } = await load("office/left.ts");
const NOW = Date.parse("2026-03-02T08:00:00Z");
const kept = (at) => JSON.stringify({ at, fields: [] });
const fresh = kept("2026-03-02T07:00:00Z");
const old = kept("2026-02-27T07:00:00Z");

test("what is kept goes with whoever signs out, and nobody else's", () => {
  const who = { here: "", leaves: "a1" };
  assert.ok(goes("gongkai:draft:a1:/documents/d/autosave", fresh, NOW, who));
  assert.ok(!goes("gongkai:draft:b2:/documents/d/autosave", fresh, NOW, who));
  assert.ok(!goes("gongkai:keys", "off", NOW, who));
});

test("another person's goes after a day, one's own stays", () => {
  const who = { here: "a1", leaves: "" };
  assert.ok(!goes("gongkai:draft:a1:/x", old, NOW, who));
  assert.ok(!goes("gongkai:draft:b2:/x", fresh, NOW, who));
  assert.ok(goes("gongkai:draft:b2:/x", old, NOW, who));
  assert.ok(goes("gongkai:draft:/x", "no copy", NOW, who), "of before people had their own");
});
