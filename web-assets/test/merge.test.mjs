import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { alike, byItself, differences, kept, merged } = await load("office/merge.ts");
// Markup is read by the browser; here a value is what it says.
const read = (value) => value.trim();
const base = [
  ["title", "助餐点"],
  ["source", "县民政局"],
  ["keywords", "老人"],
];

test("who changed a field since both saw it is told", () => {
  const own = [
    ["title", "助餐点开放时间"],
    ["source", "县民政局"],
    ["keywords", "老人 助餐"],
  ];
  const theirs = { title: "助餐点", source: "县政府办", keywords: "老年人", other: "x" };
  const told = differences(base, own, theirs, read).map(({ field, by }) => [field, by]);
  assert.deepEqual(told, [
    ["title", "own"],
    ["source", "theirs"],
    ["keywords", "both"],
  ]);
});

test("what both wrote alike is no difference", () => {
  assert.deepEqual(differences(base, [["title", "新"]], { title: "新 " }, read), []);
});

test("the form is merged when all is chosen, and not before", () => {
  const own = [
    ["title", "甲"],
    ["source", "县民政局"],
    ["keywords", "丙"],
  ];
  const list = differences(base, own, { title: "乙", source: "县政府办", keywords: "丙" }, read);
  const chosen = { title: "own", source: "theirs" };
  assert.equal(
    merged(own, list, (field) => (field === "title" ? null : "own")),
    null,
  );
  assert.deepEqual(
    merged(own, list, (field) => chosen[field]),
    [
      ["title", "甲"],
      ["source", "县政府办"],
      ["keywords", "丙"],
    ],
  );
});

test("who writes on after the question is asked again before the other side takes the place of the new words", () => {
  const theirs = { title: "助餐点", source: "县政府办", keywords: "老年人" };
  const first = differences(base, base, theirs, read);
  assert.deepEqual(first.map(byItself), ["theirs", "theirs"]);
  const on = [
    ["title", "助餐点"],
    ["source", "县民政局，周末休息"],
    ["keywords", "老人"],
  ];
  const now = differences(base, on, theirs, read);
  assert.ok(!alike(first, now) && alike(now, differences(base, on, theirs, read)));
  const chosen = now.map(kept(first, () => "theirs"));
  assert.deepEqual(
    now.map(({ field, by }) => [field, by]),
    [
      ["source", "both"],
      ["keywords", "theirs"],
    ],
  );
  assert.deepEqual(chosen, [null, "theirs"], "what was not touched stays chosen");
  assert.deepEqual(now.map(kept(first, () => "own")), ["own", "own"]);
  const fresh = differences(base, [["title", "甲"], ...on.slice(1)], theirs, read);
  assert.equal(kept(first, () => null)(fresh[0]), "own", "a field that differs only now");
});
