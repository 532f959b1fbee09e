// Two servers on one folder: the second refuses; what a killed one leaves keeps nobody away. Commands that look change nothing.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { command, county, folder, program, Server } from "../lib.mjs";

export default async function (trial) {
  const data = `${folder()}/county`;
  county(data);
  const first = await Server.start(data);
  const second = await Server.start(data).then(
    (server) => server.kill().then(() => "it serves"),
    (error) => error.message,
  );
  trial.must("the second server is refused and told why", second.includes("正在使用数据目录"), second);
  trial.must("the first one serves on", (await first.health()).ok);
  await first.kill();
  const third = await Server.start(data).catch((error) => error);
  trial.must("after kill -9 the next one starts", third instanceof Server, third.message);
  trial.figure("its start, ms", third.ready);
  await third.stop();
  const digest = () =>
    createHash("sha256")
      .update(readFileSync(`${data}/gongkai.db`))
      .digest("hex");
  const before = digest();
  for (const words of [["doctor"], ["verify"], ["user", "list"]]) command(data, ...words);
  trial.must("doctor, verify and user list leave the database as it is, byte by byte", digest() === before);
  const piped = spawnSync(
    "bash",
    ["-c", `"$0" user list --data "$1" | head -1 >/dev/null; exit \${PIPESTATUS[0]}`, program, data],
    { encoding: "utf8" },
  );
  trial.must("a reader that has seen enough is no panic", !piped.stderr.includes("panic"), piped.stderr);
}
