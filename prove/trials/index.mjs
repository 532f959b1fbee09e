// A damaged search index, twice at once: it is made anew while serving, within seconds, over restarts too.
import { readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";

import { county, folder, Person, Server, until } from "../lib.mjs";

export default async function (trial) {
  const data = `${folder()}/county`;
  county(data);
  const index = `${data}/index`;
  const segments = () => readdirSync(index).filter((file) => /\.(store|idx|term|fast|pos)$/.test(file));
  const damages = {
    "meta.json removed": () => rmSync(`${index}/meta.json`),
    "segments cut": () => segments().forEach((file) => truncateSync(`${index}/${file}`, 3)),
    "noise in meta.json": () => writeFileSync(`${index}/meta.json`, Buffer.from([255, 0, 123])),
    "folder removed": () => rmSync(index, { recursive: true }),
  };
  let server = await Server.start(data);
  const found = async () => {
    const reply = await new Person(server.portal).get(`/search?q=${encodeURIComponent("养老")}`);
    const { search } = await server.health();
    return reply.status === 200 && !search.rebuilding && search.problem === "" && search.lag === 0;
  };
  await until(60, found);
  for (const [name, damage] of Object.entries(damages)) {
    await server.stop();
    damage();
    server = await Server.start(data);
    const took = await until(120, found);
    trial.must(`${name}: found again`, took !== undefined, JSON.stringify((await server.health()).search));
    trial.figure(`${name}: after, ms`, took);
  }
  // Under the running program.
  segments().forEach((file) => truncateSync(`${index}/${file}`, 3));
  await new Person(server.portal).get(`/search?q=${encodeURIComponent("就业")}`);
  const took = await until(300, found);
  trial.must(
    "cut under the running program: found again",
    took !== undefined,
    JSON.stringify((await server.health()).search),
  );
  trial.figure("cut under the running program: after, ms", took);
  trial.must("the program went on", server.child.exitCode === null, server.child.exitCode);
  await server.stop();
}
