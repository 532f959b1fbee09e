// A full disk, then a read-only one: reads go on, writers are told, and everything is as before when the cause is gone.
import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";

import { command, county, folder, isRoot, Person, run, Server, sleep, until } from "../lib.mjs";

export default async function (trial) {
  if (!isRoot) return trial.skip("a small file system can only be mounted by root");
  const place = folder();
  const disk = `${place}/disk`;
  mkdirSync(disk);
  // ext4 in a file behaves as a real disk does; where no loop device may be had, memory must do.
  const image = `${place}/image`;
  writeFileSync(image, "");
  run("truncate", "-s", "96M", image);
  run("mkfs.ext4", "-q", "-m", "0", image);
  const loop = run("mount", "-o", "loop", image, disk);
  if (loop.status !== 0 && run("mount", "-t", "tmpfs", "-o", "size=96m", "none", disk).status !== 0)
    return trial.skip("no small file system could be mounted here");
  trial.figure("file system", loop.status === 0 ? "ext4 on a loop device" : "tmpfs");
  const gone = () => run("umount", "-l", disk);
  process.on("exit", gone);
  const data = `${disk}/county`;
  const editor = county(data);
  const server = await Server.start(data);
  const person = await Person.signIn(server, editor);
  const reader = new Person(server.portal);
  await until(30, async () => (await server.health()).search.lag === 0);
  // The use of a session is noted once a minute: the trial begins when that is due.
  await sleep(61_000);
  const calm = { search: readdirSync(`${data}/index`).length };

  const fill = () => {
    const free = statfsSync(disk);
    run(
      "dd",
      "if=/dev/zero",
      `of=${disk}/ballast`,
      "bs=64k",
      `count=${Math.ceil((free.bavail * free.bsize) / 65536) + 16}`,
    );
    run("dd", "if=/dev/zero", `of=${disk}/ballast2`, "bs=1k", "count=64");
  };
  const statuses = async (count, ask) => {
    const seen = {};
    for (let n = 0; n < count; n += 1) {
      const status = await ask(n).then(
        (reply) => reply.status,
        (error) => error.message,
      );
      seen[status] = (seen[status] ?? 0) + 1;
    }
    return seen;
  };
  const only = (seen, ...allowed) => Object.keys(seen).every((status) => allowed.includes(status));
  const told = (seen) => JSON.stringify(seen);

  const trouble = async (name, begin, end) => {
    begin();
    const before = server.log.length;
    // Small writes may still find room in what is allotted already.
    const saves = await statuses(25, (n) =>
      person.fill("/documents/new", "/documents", {
        column: "news",
        kind: "news",
        title: `${name}${n}（演示）${"字".repeat(60)}`,
      }),
    );
    const pages = await statuses(10, () => reader.get("/policies"));
    const office = await statuses(10, () => person.get("/documents"));
    const signins = await statuses(8, async () => (await Person.signIn(server, "wording")).reply);
    const health = await server.health();
    const lines = server.log
      .slice(before)
      .split("\n")
      .filter((line) => /ERROR|WARN/.test(line)).length;
    trial.figure(`${name}: saves`, told(saves));
    trial.must(
      `${name}: a save is refused with 503, none fails with 500`,
      saves["503"] > 0 && only(saves, "303", "503"),
      told(saves),
    );
    trial.must(`${name}: the portal is read`, only(pages, "200"), told(pages));
    trial.must(`${name}: the office is read`, only(office, "200"), told(office));
    trial.must(`${name}: a sign-in is done or put off`, only(signins, "303", "503"), told(signins));
    trial.must(`${name}: /healthz of the office says so`, health.status === 503, JSON.stringify(health));
    trial.must(`${name}: the log does not flood`, lines < 60, `${lines} lines`);
    await sleep(4_000);
    end();
    const healed = await until(20, async () => (await server.health()).ok);
    trial.figure(`${name}: /healthz is well again after, ms`, healed);
    const after = await statuses(40, async () => (await Person.signIn(server, "wording")).reply);
    const later = await statuses(10, (n) =>
      person.fill("/documents/new", "/documents", { column: "news", kind: "news", title: `${name}之后${n}（演示）` }),
    );
    trial.must(`${name}: every one of 40 sign-ins afterwards succeeds`, only(after, "303"), told(after));
    trial.must(`${name}: every save afterwards succeeds`, only(later, "303"), told(later));
    const fed = await until(30, async () => {
      const { search } = await server.health();
      return search.lag === 0 && search.problem === "" && !search.rebuilding;
    });
    trial.must(
      `${name}: the search index is fed again`,
      fed !== undefined,
      JSON.stringify((await server.health()).search),
    );
    trial.figure(`${name}: the index is fed again after, ms`, fed);
    trial.must(
      `${name}: no index was thrown away`,
      !readdirSync(data).some((file) => file.startsWith("index.corrupt")),
      readdirSync(data),
    );
  };
  // Short texts still find room in what is allotted, longer ones and files do not: nobody may call that well.
  {
    const free = statfsSync(disk);
    const rest = 3 * 1024 * 1024;
    run("fallocate", "-l", String(Math.max(0, free.bavail * free.bsize - rest)), `${disk}/ballast`);
    const health = await until(10, async () => (await server.health()).status === 503);
    const told = await server.health();
    trial.must("3 MB left: /healthz of the office says so", health !== undefined, JSON.stringify(told));
    rmSync(`${disk}/ballast`, { force: true });
    const well = await until(20, async () => (await server.health()).ok);
    trial.must("3 MB left: well again with room", well !== undefined, JSON.stringify(await server.health()));
  }
  await trouble("full disk", fill, () =>
    ["ballast", "ballast2"].forEach((file) => rmSync(`${disk}/${file}`, { force: true })),
  );
  if (loop.status === 0) {
    const again = (how) => run("mount", "-o", `remount,${how}`, disk);
    // A file system with files open for writing cannot be made read-only the gentle way; a fault of the disk does it so.
    const able = existsSync("/proc/sysrq-trigger") && again("ro").status === 0;
    if (able)
      await trouble(
        "read-only disk",
        () => {},
        () => again("rw"),
      );
    else trial.skip("the file system could not be made read-only while it is in use");
  }
  trial.figure("files of the index before", calm.search);
  const code = await server.stop();
  trial.must("it stops in order", code === 0, code);
  const verified = command(data, "verify", "--json");
  trial.must("verify finds everything whole", verified.status === 0, verified.out + verified.said);
  gone();
}
