// Changes one byte of the event log behind the program's back, as somebody with access to the machine could.
import { open, readFile } from "node:fs/promises";

import { command } from "./program.mjs";

/** Every place of `needle` in `bytes`. */
function places(bytes, needle) {
  const found = [];
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) found.push(at);
  return found;
}

/**
 * In the SQLite file of a stopped program: finds the newest event by its hash, and changes the last digit of its commitment,
 * which stands right before the two hashes. `head` is what `gongkai verify` told.
 */
async function inSqlite(program, head) {
  const bytes = await readFile(program.file);
  const written = [];
  for (const at of places(bytes, Buffer.from(head, "latin1"))) {
    // … commitment, previous, hash: 64 hexadecimal digits each.
    if (at < 128 || !/^[0-9a-f]{128}$/.test(bytes.toString("latin1", at - 128, at))) continue;
    const digit = at - 64 - 1;
    written.push([digit, bytes[digit] === 0x31 ? 0x32 : 0x31]);
  }
  if (written.length === 0) throw new Error("the newest event was not found in the database file");
  const file = await open(program.file, "r+");
  for (const [at, byte] of written) await file.write(Buffer.from([byte]), 0, 1, at);
  await file.close();
}

/** In PostgreSQL: one letter of who acted in an event in the middle. Returns its number. */
async function inPostgres(program) {
  const statement =
    "UPDATE event SET actor = actor || 'x' WHERE seq = (SELECT MAX(seq) / 2 FROM event) RETURNING seq";
  const done = await command("psql", ["-X", "-A", "-t", "-q", program.database, "-c", statement]);
  if (done.code !== 0) throw new Error(`psql: ${done.stderr}`);
  return Number(done.stdout.trim());
}

/** Changes the log; returns the number of the event that `gongkai verify` must name. */
export async function tamper(program) {
  const { stdout } = await program.run("verify", "--json");
  const { head, events } = JSON.parse(stdout);
  if (program.database) return inPostgres(program);
  await inSqlite(program, head);
  return events;
}
