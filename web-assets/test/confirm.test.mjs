import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { needs, picked } = await load("office/confirm.ts");
const of = (dataset) => ({ dataset });

test("what an act needs is said by its button, else by its form", () => {
  assert.deepEqual(needs(of({ needs: "reason notice" }), null), ["reason", "notice"]);
  assert.deepEqual(needs(of({ needs: "date" }), of({})), ["date"], "a plain button");
  assert.deepEqual(needs(of({ confirm: "通过" }), of({ needs: "reason", confirm: "退回" })), ["reason"]);
  assert.deepEqual(needs(of({ needs: "reason" }), of({ confirm: "通过" })), [], "another act of the same form");
  assert.deepEqual(needs(of({}), of({})), []);
});

test("what is picked from a list is counted, and only where a form says so", () => {
  const list = (dataset, count) => ({ dataset, querySelectorAll: () => ({ length: count }) });
  assert.equal(picked(list({ picks: "" }, 3)), 3);
  assert.equal(picked(list({ picks: "" }, 0)), 0, "nothing to ask about");
  assert.equal(picked(list({}, 3)), -1);
});
