// The program under test: its own data directory, demonstration, servers, commands; everything ends with `stop`.
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { PROGRAM } from "./places.mjs";

const START_MS = 60_000;
const STOP_MS = 12_000;
/** Of accounts that a journey adds: the one that the demonstration prints is too well known to be taken again. */
const OWN_PASSWORD = "zhucandian-48-kaifang";

/** The environment without any installation's settings. */
function environment(extra) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("GONGKAI_"));
  return { ...Object.fromEntries(inherited), ...extra };
}

/** Runs a command to its end; a status other than 0 is a result, not an error. */
export function command(file, args, { input = "", ...options } = {}) {
  return new Promise((resolve) => {
    const child = execFile(file, args, { maxBuffer: 64 * 1024 * 1024, ...options }, (error, stdout, stderr) => {
      resolve({ code: error ? (typeof error.code === "number" ? error.code : 1) : 0, stdout, stderr: stderr || String(error ?? "") });
    });
    child.stdin.end(input);
  });
}

export class Program {
  /** `database`: empty for SQLite in the data directory, else an address of PostgreSQL. */
  constructor(database = "", settings = {}) {
    this.database = database;
    this.settings = settings;
    this.log = [];
    this.added = new Set();
  }

  /** Makes the data directory and fills it with the demonstration county. */
  async prepare() {
    if (!existsSync(PROGRAM)) throw new Error(`${PROGRAM} is missing: run \`make build\` first`);
    this.data = await mkdtemp(join(tmpdir(), "gongkai-e2e-"));
    this.environment = environment({
      GONGKAI_DATA: this.data,
      GONGKAI_SITE__DEMO: "true",
      GONGKAI_LOG__LEVEL: "warn",
      // Receipts are waited for.
      GONGKAI_RECEIPTS__SIGN_SECONDS: "5",
      ...(this.database ? { GONGKAI_DATABASE: this.database } : {}),
      ...this.settings,
    });
    const { code, stdout, stderr } = await this.run("demo");
    if (code !== 0) throw new Error(`gongkai demo ended with ${code}: ${stderr}`);
    // The demonstration prints its accounts with the one password that they share.
    this.password = /(?:口令|密码)[^：:\n]*[：:]\s*(\S+)/u.exec(stdout)?.[1];
    if (!this.password) throw new Error(`gongkai demo names no password: ${stdout.slice(0, 400)}`);
    return this;
  }

  /** One command of the program on this installation. */
  run(...args) {
    return command(PROGRAM, args, { env: this.environment });
  }

  /** The password of an account. */
  passwordOf(login) {
    return this.added.has(login) ? OWN_PASSWORD : this.password;
  }

  /** A further account. */
  async addAccount(login, organ, ...roles) {
    const args = ["user", "add", login, "--name", `${login}（演示）`, "--organ", organ, "--password-stdin", ...roles.flatMap((role) => ["--role", role])];
    const { code, stderr } = await command(PROGRAM, args, { env: this.environment, input: `${OWN_PASSWORD}\n` });
    if (code !== 0) throw new Error(`no account ${login}: ${stderr}`);
    this.added.add(login);
  }

  /** Serves on free ports; resolves when both servers answer. */
  async serve() {
    const child = spawn(PROGRAM, ["serve", "--portal", "127.0.0.1:0", "--office", "127.0.0.1:0"], {
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child = child;
    this.ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
    createInterface({ input: child.stderr }).on("line", (line) => this.log.push(line));
    const ready = new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ready line within ${START_MS} ms\n${this.log.join("\n")}`)), START_MS);
      createInterface({ input: child.stdout }).on("line", (line) => {
        const found = /^ready portal=(\S+) office=(\S+)/.exec(line);
        if (!found) return;
        clearTimeout(timer);
        resolve({ portal: found[1], office: found[2] });
      });
      child.once("exit", (code) => {
        clearTimeout(timer);
        reject(new Error(`gongkai serve ended with ${code}\n${this.log.join("\n")}`));
      });
    });
    Object.assign(this, await ready);
    await this.indexed();
    return this;
  }

  /** Waits until the search has read what is public; it does so while the servers already answer. */
  async indexed() {
    const end = performance.now() + START_MS;
    for (;;) {
      const page = await (await fetch(`${this.portal}/search?q=${encodeURIComponent("公开")}`)).text();
      if (!/正在重建|暂时不能使用/.test(page)) return;
      if (performance.now() > end) throw new Error(`the search index is not ready within ${START_MS} ms`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Asks the server to end and waits until it has; returns its exit status. */
  async halt() {
    if (!this.child) return undefined;
    const timer = setTimeout(() => this.child.kill("SIGKILL"), STOP_MS);
    this.child.kill("SIGTERM");
    const status = await this.ended;
    clearTimeout(timer);
    this.child = undefined;
    return status;
  }

  /** Ends the server and removes the data. */
  async stop() {
    await this.halt();
    if (this.data) await rm(this.data, { recursive: true, force: true });
  }

  /** Problems that the server wrote into its log. */
  problems() {
    return this.log.filter((line) => /\b(ERROR|panicked)\b/.test(line));
  }

  /** The main file of the SQLite database. */
  get file() {
    return join(this.data, "gongkai.db");
  }

  /** Its bytes. */
  bytes() {
    return readFile(this.file);
  }
}
