// Tests, one line each, and the closing line that other programs read.
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { OUT } from "./places.mjs";

const counts = { passed: 0, failed: 0 };
const failures = [];
const spent = [];
let filters = [];

/** Only tests whose name contains one of `words` run; none: all. */
export function only(words) {
  filters = words;
}

/** Empties the folder of failure pictures. */
export async function begin() {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
}

/** A condition that must hold; the message says what was seen. */
export function check(condition, message) {
  if (!condition) throw new Error(message);
}

const wanted = (name) => filters.length === 0 || filters.some((word) => name.includes(word));

/** Whether tests whose names begin so may run: lets a suite skip its preparation. */
export const suite = (start) => filters.length === 0 || filters.some((word) => word.startsWith(start) || start.includes(word));

/**
 * Runs one test. `body` gets a list into which it puts the pages that are photographed when it fails.
 * Returns whether it passed, so that what builds upon it can be left out instead of failing again for the same reason.
 */
export async function test(name, body) {
  if (!wanted(name)) return undefined;
  const pages = [];
  const start = performance.now();
  try {
    await body(pages);
    counts.passed += 1;
    console.log(`ok    ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    return true;
  } catch (error) {
    counts.failed += 1;
    const words = String(error?.message ?? error).replaceAll(/\u001b\[[0-9;]*m/g, "");
    const where = String(error?.stack ?? "").split("\n").find((line) => line.includes("/e2e/")) ?? "";
    console.log(`FAIL  ${name}\n${words.split("\n").map((line) => `        ${line}`).join("\n")}\n        ${where.trim()}`);
    failures.push(name);
    await photograph(name, pages);
    return false;
  }
}

/** Runs a suite; the closing lines say how long it took. */
export async function timed(name, run) {
  const start = performance.now();
  try {
    return await run();
  } finally {
    const seconds = (performance.now() - start) / 1000;
    if (seconds >= 0.5) spent.push(`${name} ${seconds.toFixed(0)} s`);
  }
}

/** Something outside of the tests went wrong; counts whatever the filters are. */
export function broken(name, error) {
  counts.failed += 1;
  failures.push(name);
  console.log(`FAIL  ${name}\n${String(error?.stack ?? error)}`);
}

/** Says why something is not tested here; never counts as passed. */
export function skip(name, why) {
  if (wanted(name)) console.log(`skip  ${name}: ${why}`);
}

async function photograph(name, pages) {
  const file = name.replaceAll(/[^\p{L}\p{N}]+/gu, "-").slice(0, 80);
  for (const [index, page] of pages.entries()) {
    if (page.isClosed()) continue;
    const path = join(OUT, `${file}-${index + 1}.png`);
    try {
      await page.screenshot({ path, fullPage: true, timeout: 10_000 });
      console.log(`        ${page.url()} → ${path}`);
    } catch (error) {
      console.log(`        no picture of ${page.url()}: ${error.message.split("\n")[0]}`);
    }
  }
}

/** The closing line. Returns the exit status. */
export function summary() {
  if (failures.length > 0) console.log(`\nfailed:\n${failures.map((name) => `  ${name}`).join("\n")}`);
  if (spent.length > 0) console.log(`\n${spent.join(", ")}`);
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}
