// All tests of the whole program in a real browser. `node run.mjs [word…]` runs only tests whose names contain a word.
// On PostgreSQL too: GONGKAI_TEST_POSTGRES names one, else scripts/with-postgres starts a private one if it can.
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { launch } from "./lib/browser.mjs";
import { ROOT } from "./lib/places.mjs";
import { Post } from "./lib/post.mjs";
import { Program, command } from "./lib/program.mjs";
import { begin, broken, only, skip, summary, test, timed } from "./lib/report.mjs";
import { Staff } from "./lib/staff.mjs";
import { officeCrawl } from "./crawl-office.mjs";
import { portalCrawl } from "./crawl-portal.mjs";
import { correcting } from "./journeys/correcting.mjs";
import { mainJob } from "./journeys/main-job.mjs";
import { policies } from "./journeys/policies.mjs";
import { reading } from "./journeys/reading.mjs";
import { records } from "./journeys/records.mjs";
import { requests } from "./journeys/requests.mjs";
import { story } from "./journeys/story.mjs";
import { tasks } from "./journeys/tasks.mjs";
import { writing } from "./journeys/writing.mjs";

const words = process.argv.slice(2);

/** Whether a private PostgreSQL can be started here. */
function canStartPostgres() {
  const versions = "/usr/lib/postgresql";
  return existsSync(versions) && readdirSync(versions).some((version) => existsSync(join(versions, version, "bin/initdb")));
}

/** Runs this very program again under `scripts/with-postgres`. */
function underPostgres() {
  const child = spawn(join(ROOT, "scripts/with-postgres"), [process.execPath, fileURLToPath(import.meta.url), ...words], {
    stdio: "inherit",
    env: { ...process.env, GONGKAI_E2E_NESTED: "1" },
  });
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}

/** An empty database beside the one that is named: the cluster may be shared with other tests. */
async function emptyDatabase(url) {
  const name = `e2e_${process.pid}`;
  const made = await command("psql", ["-X", "-q", url, "-c", `CREATE DATABASE ${name}`]);
  if (made.code !== 0) throw new Error(`no database could be made: ${made.stderr}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return own.toString();
}

/** Runs `body` over a served demonstration and ends it, whatever happens. */
async function serving(database, settings, body) {
  const program = new Program(database, settings);
  try {
    await timed("demonstration", async () => {
      await program.prepare();
      await program.serve();
    });
    await body(program);
    await test(`${database ? "postgresql" : "sqlite"}: the server's log has no errors`, () => {
      const problems = program.problems();
      if (problems.length > 0) throw new Error(problems.slice(0, 10).join("\n"));
    });
  } catch (error) {
    broken(`${database ? "postgresql" : "sqlite"}: demonstration, servers and suites run`, error);
  } finally {
    await program.stop();
  }
}

async function main() {
  only(words);
  await begin();
  const browser = await launch();
  const post = await new Post().begin();
  try {
    await serving("", { GONGKAI_MAIL__SMTP: post.address }, async (program) => {
      const staff = new Staff(browser, program);
      await timed("portal", () => portalCrawl(program, browser));
      await timed("office", () => officeCrawl(program, browser, staff));
      await timed("reading", () => reading(program, staff));
      await timed("writing", () => writing(program, staff));
      await timed("correcting", () => correcting(program, staff));
      await timed("tasks", () => tasks(program, staff));
      await timed("story", () => story(program, staff));
      await timed("policies", () => policies(program, staff, post));
      await timed("requests", () => requests(program, staff, post));
      await timed("records", () => records(program, staff));
      await timed("main job", () => mainJob(program, staff, "sqlite"));
    });
    const postgres = process.env.GONGKAI_TEST_POSTGRES;
    if (postgres) {
      const url = await emptyDatabase(postgres);
      await serving(url, {}, (program) =>
        timed("main job, postgresql", () => mainJob(program, new Staff(browser, program), "postgresql")));
    } else {
      skip("postgresql: the main job", "no PostgreSQL here; install it or name one in GONGKAI_TEST_POSTGRES");
    }
  } finally {
    await browser.close();
    await post.end();
  }
  return summary();
}

const nested = process.env.GONGKAI_E2E_NESTED === "1" || Boolean(process.env.GONGKAI_TEST_POSTGRES);
process.exit(!nested && canStartPostgres() ? await underPostgres() : await main());
