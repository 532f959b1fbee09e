import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { differences, merged } = await load("office/merge.ts");
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
