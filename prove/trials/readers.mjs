// Twenty readers of the dearest page: what it costs everybody else, as a ratio to the same page alone on the same machine.
import { county, folder, middle, Person, Server, sleep } from "../lib.mjs";

const SECONDS = Number(process.env.SECONDS ?? 10);
const DEAR = [
  (n) => `/documents?q=${encodeURIComponent(`工作${n}`)}`,
  (n) => `/search?q=${encodeURIComponent(`关于 通知 ${n}`)}`,
  (n) => `/documents.json?x=${n}`,
];

export default async function (trial) {
  const data = `${folder()}/county`;
  const editor = county(data);
  const server = await Server.start(data);
  const person = await Person.signIn(server, editor);
  const reader = new Person(server.portal);
  const draft = (await person.draft("工人的活（演示）")).to.replace(/\/edit$/, "");
  const idle = async () =>
    /^job_oldest_seconds(?:\{[^}]*\})? ([0-9.e-]+)$/m.exec((await person.get("/metrics")).text)?.[1];
  const asks = {
    "a page": () => reader.get("/policies"),
    "the office": () => person.get("/documents"),
    "a draft": () => person.draft("读者很多时（演示）"),
    // A save has its text looked through by a worker.
    "a save and the job behind it": async () => {
      await person.fill(`${draft}/edit`, "/save", { body_html: `<p>${Date.now()}</p>` });
      for (let n = 0; n < 200 && Number(await idle()) !== 0; n += 1) await sleep(20);
    },
  };
  const times = async () => {
    const seen = {};
    for (const [name, ask] of Object.entries(asks)) {
      seen[name] = [];
      for (let n = 0; n < 12; n += 1) {
        const begun = Date.now();
        await ask();
        seen[name].push(Date.now() - begun);
      }
    }
    return seen;
  };
  await times();
  const alone = await times();
  for (const address of DEAR) {
    let [on, asked, refused, broken] = [true, 0, 0, 0];
    const crowd = Array.from({ length: 20 }, async (_, n) => {
      for (let count = 0; on; count += 1) {
        const reply = await new Person(server.portal).get(address(`${n}x${count}`)).catch(() => ({ status: 0 }));
        asked += 1;
        if (reply.status === 503 || reply.status === 429) {
          refused += 1;
          // As their browsers are told to.
          await sleep(1000);
        } else if (reply.status !== 200) broken += 1;
      }
    });
    await sleep(2000);
    const begun = Date.now();
    const crowded = await times();
    while (Date.now() - begun < SECONDS * 1000) await sleep(200);
    on = false;
    await Promise.all(crowd);
    trial.figure(
      `20 readers of ${decodeURIComponent(address("N"))}: asked, put off, broken`,
      `${asked}, ${refused}, ${broken}`,
    );
    trial.must("  nobody met a fault", broken === 0, broken);
    for (const name of Object.keys(asks)) {
      const [before, now] = [middle(alone[name]), middle(crowded[name])];
      trial.figure(
        `  ${name}: alone, among them (ms, median), ratio`,
        `${before}, ${now}, ${(now / Math.max(before, 1)).toFixed(1)}`,
      );
      const most = name.startsWith("a save") ? 3000 : 1000;
      trial.must(`  ${name} takes at most ${most / 1000} s`, now < most, now);
    }
  }
  await server.stop();
}
