import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { area, drawn, label, line, moved, pulled, read, written, WHOLE } = await load("office/area.ts");

test("a line is read and written alike, with the ground behind it", () => {
  for (const text of ["10,20,50.5,30", "0,0,100,100", "0.07,0.29,99.99,100；14", "1,2,3,4；《统计法》第二十五条"])
    assert.equal(line(area(text)), text);
  assert.equal(line(area(" 10，20, 50.50 ,30; 15 ")), "10,20,50.5,30；15");
  for (const wrong of [
    "",
    "10,20,30",
    "10,20,30,101",
    "30,20,10,40",
    "10,20,30,40,50",
    "a,b,c,d",
    "-1,0,5,5",
    "1e1,2,30,4",
  ])
    assert.equal(area(wrong), null, wrong);
});

test("what is no area stays as it was typed", () => {
  const { areas, rest } = read("10,20,30,40\n左上角\n\n50,50,60,60；14\n");
  assert.equal(areas.length, 2);
  assert.equal(written(areas, rest), "10,20,30,40\n50,50,60,60；14\n左上角");
});

test("whatever way it is drawn it lies within the picture, and a slip is none", () => {
  assert.deepEqual(drawn(5000, 6000, 1000, 12000), { left: 1000, top: 6000, right: 5000, bottom: WHOLE, ground: "" });
  assert.equal(drawn(100, 100, 120, 9000), null);
  assert.equal(drawn(-900, -900, -100, -100), null);
});

test("it is moved as far as the picture goes and keeps its size", () => {
  const one = area("10,20,30,40；14");
  assert.equal(line(moved(one, 500, -500)), "15,15,35,35；14");
  assert.equal(line(moved(one, -99999, 99999)), "0,80,20,100；14");
});

test("a corner is pulled up to the opposite one and no further", () => {
  const one = area("10,20,30,40");
  assert.equal(line(pulled(one, "se", 500, 500)), "10,20,35,45");
  assert.equal(line(pulled(one, "nw", 99999, 99999)), "29.5,39.5,30,40");
  assert.equal(line(pulled(one, "ne", 99999, -99999)), "10,0,100,40");
});

test("it is told in words", () => {
  assert.equal(label(area("10,20,30.5,40"), 2), "区域 2：左 10%，上 20%，宽 20.5%，高 20%");
});
