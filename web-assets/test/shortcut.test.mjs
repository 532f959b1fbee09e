import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { meaning } = await load("office/shortcut.ts");
const press = (key, more = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  isComposing: false,
  keyCode: 0,
  ...more,
});
const page = { typing: false, dialog: false, letters: true, going: false, active: false };

test("letters act on lists", () => {
  assert.deepEqual(meaning(press("j"), page), { do: "move", by: 1 });
  assert.deepEqual(meaning(press("K"), page), { do: "move", by: -1 });
  assert.deepEqual(meaning(press("a"), page), { do: "press", letter: "a" });
  assert.deepEqual(meaning(press("d"), { ...page, going: true }), { do: "go", to: "d" });
  assert.deepEqual(meaning(press("x"), { ...page, going: true }), { do: "go", to: "x" });
});

test("no shortcut fires while an input method composes", () => {
  for (const key of ["j", "x", "a", "Enter", "/"]) {
    assert.equal(meaning(press(key, { isComposing: true }), page).do, "none");
    assert.equal(meaning(press(key, { keyCode: 229 }), page).do, "none");
  }
  assert.equal(meaning(press("s", { ctrlKey: true, isComposing: true }), page).do, "none");
});

test("letters are letters while typing, in a dialog, or when switched off", () => {
  for (const where of [{ typing: true }, { dialog: true }, { letters: false }]) {
    for (const key of ["j", "?", "/", "c", "Enter"])
      assert.equal(meaning(press(key), { ...page, ...where }).do, "none");
  }
});

test("saving works everywhere, publishing never by one shortcut", () => {
  assert.equal(meaning(press("s", { ctrlKey: true }), { ...page, typing: true }).do, "save");
  assert.equal(meaning(press("k", { metaKey: true }), { ...page, typing: true, letters: false }).do, "palette");
  assert.equal(meaning(press("Enter", { ctrlKey: true }), { ...page, typing: true }).do, "block");
  assert.equal(meaning(press("Enter", { ctrlKey: true, shiftKey: true }), { ...page, typing: true }).do, "confirm");
});

test("Enter belongs to what has the focus", () => {
  assert.equal(meaning(press("Enter"), { ...page, active: true }).do, "none");
  assert.equal(meaning(press("Enter"), page).do, "open");
});

test("browser shortcuts stay the browser's", () => {
  for (const key of ["c", "x", "a", "r", "j"]) assert.equal(meaning(press(key, { ctrlKey: true }), page).do, "none");
  assert.equal(meaning(press("d", { altKey: true }), page).do, "none");
});
