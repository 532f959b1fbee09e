import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { needs } = await load("office/confirm.ts");
const of = (dataset) => ({ dataset });

test("what an act needs is said by its button, else by its form", () => {
  assert.deepEqual(needs(of({ needs: "reason notice" }), null), ["reason", "notice"]);
  assert.deepEqual(needs(of({ needs: "date" }), of({})), ["date"], "a plain button");
  assert.deepEqual(needs(of({ confirm: "通过" }), of({ needs: "reason", confirm: "退回" })), ["reason"]);
  assert.deepEqual(needs(of({ needs: "reason" }), of({ confirm: "通过" })), [], "another act of the same form");
  assert.deepEqual(needs(of({}), of({})), []);
});
