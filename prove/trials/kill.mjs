// kill -9 in the middle of writing: what was acknowledged is there, and everything verifies.
import { command, county, folder, Person, Server } from "../lib.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 15);

export default async function (trial) {
  const data = `${folder()}/county`;
  const editor = county(data);
  const acknowledged = [];
  const starts = [];
  let cookies;
  for (let round = 0; round < ROUNDS; round += 1) {
    const server = await Server.start(data);
    starts.push(server.ready);
    const person = cookies
      ? Object.assign(new Person(server.office), { cookies })
      : await Person.signIn(server, editor);
    cookies = person.cookies;
    const end = Date.now() + 200 + Math.random() * 1500;
    const work = async (n) => {
      for (let count = 0; Date.now() < end + 3000; count += 1) {
        const title = `断电试验${round}之${n}之${count}（演示）`;
        const made = await person.draft(title).catch(() => undefined);
        if (!made) return;
        if (made.to) acknowledged.push([made.to, title]);
      }
    };
    const writers = [1, 2, 3].map(work);
    await new Promise((done) => setTimeout(done, end - Date.now()));
    await server.kill();
    await Promise.all(writers);
  }
  const server = await Server.start(data);
  const person = await Person.signIn(server, editor);
  let lost = 0;
  for (const [to, title] of acknowledged) {
    const page = await person.get(to);
    if (page.status !== 200 || !page.text.includes(title)) lost += 1;
  }
  await server.stop();
  const verified = command(data, "verify", "--json");
  trial.figure("rounds, acknowledged writes", `${ROUNDS}, ${acknowledged.length}`);
  trial.figure("longest start after a kill, ms", Math.max(...starts));
  trial.must("writes were acknowledged", acknowledged.length > ROUNDS, acknowledged.length);
  trial.must("none was lost", lost === 0, lost);
  trial.must("verify finds everything whole", verified.status === 0, verified.out + verified.said);
}
