// What the trials share: the program started and ended by its own id, people with cookies and forms, figures.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "..");
export const program = path.resolve(process.env.BIN ?? path.join(root, "target/debug/gongkai"));
export const password = "yanshi-qinghe-2026";
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
export const isRoot = process.getuid?.() === 0;

/** The surroundings of the program: nothing of whoever runs this. */
function environment(more = {}) {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("GONGKAI_") && name !== "RUST_LOG"),
  );
  return { ...clean, GONGKAI_SITE__DEMO: "true", ...more };
}

/** A command of the program to its end. */
export function command(data, ...words) {
  return commandIn({}, data, ...words);
}

/** The same in other surroundings. */
export function commandIn(more, data, ...words) {
  const done = spawnSync(program, [...words, "--data", data], {
    env: environment(more),
    encoding: "utf8",
    timeout: 300_000,
  });
  return { status: done.status, out: done.stdout ?? "", said: done.stderr ?? "" };
}

const started = new Set();
process.on("exit", () => started.forEach((child) => child.kill("SIGKILL")));

/** A server on free ports of the loopback address. */
export class Server {
  static async start(data, { role = "all", database, more = {} } = {}) {
    const words = ["serve", "--role", role, "--portal", "127.0.0.1:0", "--office", "127.0.0.1:0", "--data", data];
    if (database) words.push("--database", database);
    const child = spawn(program, words, { env: environment(more), stdio: ["ignore", "pipe", "pipe"] });
    started.add(child);
    const server = new Server();
    server.child = child;
    server.log = "";
    server.begun = Date.now();
    child.stderr.on("data", (text) => (server.log = (server.log + text).slice(-2_000_000)));
    server.ended = new Promise((done) =>
      child.on("exit", (code, signal) => (started.delete(child), done({ code, signal }))),
    );
    const line = await new Promise((done, failed) => {
      let text = "";
      child.stdout.on("data", (part) => {
        text += part;
        if (/^ready .*\n/m.test(text)) done(text);
      });
      server.ended.then(({ code }) => failed(new Error(`the server ended with ${code}: ${server.log.slice(-600)}`)));
      setTimeout(() => failed(new Error("the server did not become ready")), 60_000).unref();
    });
    server.ready = Date.now() - server.begun;
    server.portal = /portal=(\S+)/.exec(line)?.[1];
    server.office = /office=(\S+)/.exec(line)?.[1];
    return server;
  }

  async kill() {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  async stop() {
    this.child.kill("SIGTERM");
    return (await this.ended).code;
  }

  async health(listener = "office") {
    const reply = await new Person(this[listener]).get("/healthz");
    return { status: reply.status, ...JSON.parse(reply.text || "{}") };
  }

  /** Lines of the log of one level. */
  lines(level) {
    return this.log.split("\n").filter((line) => line.includes(level)).length;
  }
}

const unescaped = (text) =>
  text
    .replaceAll("&quot;", '"')
    .replaceAll("&#34;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
const attribute = (tag, name) => {
  const found = new RegExp(`\\s${name}(?:="([^"]*)")?(?=[\\s>/])`).exec(`${tag} `);
  return found ? unescaped(found[1] ?? "") : undefined;
};

/** The form of a page whose action, or one of whose buttons', ends like this; with all that a browser would send. */
export function form(page, ending) {
  for (const [whole, head] of page.matchAll(/<form([^>]*)>[\s\S]*?<\/form>/g)) {
    const fits = (action) => action?.split("?")[0].endsWith(ending);
    const buttons = [...whole.matchAll(/<button([^>]*)>/g)].map((found) => attribute(found[1], "formaction"));
    const action = [attribute(head, "action"), ...buttons].find(fits);
    if (!action) continue;
    const fields = [];
    for (const [, tag] of whole.matchAll(/<input([^>]*)>/g)) {
      const [name, type] = [attribute(tag, "name"), attribute(tag, "type")];
      if (!name || type === "file" || (/checkbox|radio/.test(type) && attribute(tag, "checked") === undefined))
        continue;
      fields.push([name, attribute(tag, "value") ?? ""]);
    }
    for (const [, tag, text] of whole.matchAll(/<textarea([^>]*)>([\s\S]*?)<\/textarea>/g))
      fields.push([attribute(tag, "name"), unescaped(text)]);
    for (const [, tag, options] of whole.matchAll(/<select([^>]*)>([\s\S]*?)<\/select>/g)) {
      const all = [...options.matchAll(/<option([^>]*)>/g)].map((found) => found[1]);
      const chosen = all.find((option) => attribute(option, "selected") !== undefined) ?? all[0];
      if (chosen !== undefined) fields.push([attribute(tag, "name"), attribute(chosen, "value") ?? ""]);
    }
    return { action, fields: new Map(fields) };
  }
  return undefined;
}

/** Somebody with a browser. */
export class Person {
  constructor(base) {
    this.base = base;
    this.cookies = new Map();
  }

  ask(method, to, body, type, patience = 60_000) {
    const url = new URL(to, this.base);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = {
      accept: "text/html",
      ...(cookie && { cookie }),
      ...(body && { "content-type": type, "content-length": Buffer.byteLength(body) }),
    };
    const begun = Date.now();
    return new Promise((done, failed) => {
      const request = http.request(url, { method, headers, agent: false }, (response) => {
        const parts = [];
        response.on("data", (part) => parts.push(part));
        response.on("error", failed);
        response.on("end", () => {
          for (const line of response.headers["set-cookie"] ?? []) {
            const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
            if (value && !/max-age=0/i.test(line)) this.cookies.set(name, value);
            else this.cookies.delete(name);
          }
          done({
            status: response.statusCode,
            location: response.headers.location ?? "",
            text: Buffer.concat(parts).toString(),
            ms: Date.now() - begun,
          });
        });
      });
      request.setTimeout(patience, () => request.destroy(new Error("no answer in time")));
      request.on("error", failed);
      request.end(body);
    });
  }

  get(to, patience) {
    return this.ask("GET", to, undefined, undefined, patience);
  }

  post(to, fields) {
    return this.ask("POST", to, new URLSearchParams([...fields]).toString(), "application/x-www-form-urlencoded");
  }

  /** Sends one file. */
  upload(to, name, bytes, patience) {
    const mark = "----prove";
    const head = `--${mark}\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: application/octet-stream\r\n\r\n`;
    const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${mark}--\r\n`)]);
    return this.ask("POST", to, body, `multipart/form-data; boundary=${mark}`, patience);
  }

  /** Fills in the form of a page and sends it. */
  async fill(page, ending, values) {
    const shown = await this.get(page);
    const found = form(shown.text, ending);
    if (!found) return { ...shown, status: shown.status === 200 ? 0 : shown.status };
    for (const [name, value] of Object.entries(values)) found.fields.set(name, value);
    return this.post(found.action, found.fields);
  }

  static async signIn(server, login) {
    const person = new Person(server.office);
    const reply = await person.fill("/signin", "/signin", { login, password });
    return Object.assign(person, { reply });
  }

  /** A new draft; its address when it was acknowledged. */
  async draft(title) {
    const reply = await this.fill("/documents/new", "/documents", { column: "news", kind: "news", title });
    return { status: reply.status, to: reply.status === 303 ? reply.location.split("?")[0] : "", text: reply.text };
  }
}

/** The demonstration county in an empty folder; who may write there. */
export function county(data) {
  const made = command(data, "demo", "--json");
  if (made.status !== 0) throw new Error(`demo: ${made.said}`);
  const accounts = JSON.parse(made.out).accounts ?? [];
  return accounts.find((account) => account.login.startsWith("editor"))?.login ?? "editor";
}

/** A folder that goes away. */
export function folder() {
  const made = mkdtempSync(path.join(tmpdir(), "gongkai-prove-"));
  process.on("exit", () => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Does it until it holds or the time is over; how many milliseconds that took, or undefined. */
export async function until(seconds, holds) {
  const begun = Date.now();
  while (Date.now() - begun < seconds * 1000) {
    if (await holds().catch(() => false)) return Date.now() - begun;
    await sleep(200);
  }
  return undefined;
}

export const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

export const run = (...words) => spawnSync(words[0], words.slice(1), { encoding: "utf8" });
