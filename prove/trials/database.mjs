// A database whose file goes away, and one that somebody else holds locked: reads go on, writers get 503, all is well afterwards.
import { renameSync } from "node:fs";

import { county, folder, Person, Server, sleep, until } from "../lib.mjs";

export default async function (trial) {
  const place = folder();
  const data = `${place}/county`;
  const editor = county(data);
  const server = await Server.start(data);
  const person = await Person.signIn(server, editor);
  const reader = new Person(server.portal);
  await sleep(61_000);
  renameSync(`${data}/gongkai.db`, `${data}/moved.db`);
  const save = await person.draft("库不见时（演示）");
  const [page, office, health] = [await reader.get("/policies"), await person.get("/documents"), await server.health()];
  trial.must("gone: a save gets 503 with what to do", save.status === 503 && save.text.includes("连不上"), save.status);
  trial.must(
    "gone: portal and office are read",
    page.status === 200 && office.status === 200,
    `${page.status} ${office.status}`,
  );
  trial.must("gone: /healthz of the office says so", health.status === 503, JSON.stringify(health));
  renameSync(`${data}/moved.db`, `${data}/gongkai.db`);
  const healed = await until(10, async () => (await server.health()).ok);
  trial.figure("gone: well again after, ms", healed);
  const after = await person.draft("库回来后（演示）");
  trial.must("gone: a save afterwards succeeds", after.status === 303, after.status);
  await server.stop();
}
