// Two nodes and a portal over one PostgreSQL that speaks TLS alone: what one does holds on all, at once; a node that would do harm
// does not start.
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import path from "node:path";

import { command, commandIn, folder, form, isRoot, Person, run, Server, sleep, until } from "../lib.mjs";

/** Where the programs of PostgreSQL are; undefined = nowhere. */
function programs() {
  const kept = "/usr/lib/postgresql";
  const versions = existsSync(kept) ? readdirSync(kept).sort((a, b) => Number(a) - Number(b)) : [];
  return versions
    .reverse()
    .map((version) => `${kept}/${version}/bin`)
    .find((bin) => existsSync(`${bin}/initdb`));
}

/** A certificate authority and a certificate of the server, both of this moment. */
function certificates(at, addresses) {
  const openssl = (...words) => {
    const done = run("openssl", ...words);
    if (done.status !== 0) throw new Error(`openssl ${words[0]}: ${done.stderr}`);
  };
  const authority = (name) =>
    openssl(
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj".split(" "),
      `/CN=prove ${name}`,
      ...["-keyout", `${at}/${name}.key`, "-out", `${at}/${name}.crt`],
    );
  authority("ca");
  authority("stranger");
  openssl(
    ..."req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost".split(" "),
    ...["-keyout", `${at}/server.key`, "-out", `${at}/server.csr`],
  );
  const names = ["DNS:localhost", ...addresses.map((address) => `IP:${address}`)];
  writeFileSync(`${at}/names`, `subjectAltName=${names.join(",")}\n`);
  openssl(
    ...`x509 -req -days 2 -CAcreateserial -extfile ${at}/names`.split(" "),
    ...["-in", `${at}/server.csr`, "-CA", `${at}/ca.crt`, "-CAkey", `${at}/ca.key`, "-out", `${at}/server.crt`],
  );
}

/** A cluster that takes connections over TLS alone. */
async function cluster(place, addresses) {
  const bin = programs();
  const as = (...words) =>
    isRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--", ...words] : words;
  const at = `${place}/pg`;
  mkdirSync(at);
  certificates(at, addresses);
  if (isRoot) run("chown", "-R", "postgres:postgres", at);
  // The way to it is open to its user as well.
  run("chmod", "755", place);
  const must = (...words) => {
    const done = run(...as(...words));
    if (done.status !== 0) throw new Error(`${path.basename(words[0])}: ${done.stderr}${done.stdout}`);
    return done.stdout;
  };
  must(`${bin}/initdb`, "-D", `${at}/data`, "-U", "gongkai", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8");
  run("chmod", "600", `${at}/server.key`);
  writeFileSync(
    `${at}/data/pg_hba.conf`,
    "local all all trust\nhostssl all all 0.0.0.0/0 trust\nhostnossl all all 0.0.0.0/0 reject\n",
  );
  const port = 20_000 + Math.floor(Math.random() * 30_000);
  appendFileSync(
    `${at}/data/postgresql.conf`,
    `port = ${port}\nlisten_addresses = '${addresses.join(",")}'\nunix_socket_directories = '${at}'\nmax_connections = 200\n` +
      `ssl = on\nssl_cert_file = '${at}/server.crt'\nssl_key_file = '${at}/server.key'\n`,
  );
  const control = (...words) => must(`${bin}/pg_ctl`, "-D", `${at}/data`, "-w", "-l", `${at}/log`, ...words);
  control("start");
  process.on("exit", () => run(...as(`${bin}/pg_ctl`, "-D", `${at}/data`, "-m", "immediate", "-w", "stop")));
  const ask = (sql) =>
    must(`${bin}/psql`, "-h", at, "-p", String(port), "-U", "gongkai", "-d", "postgres", "-Atc", sql).trim();
  return { at, port, ask, control };
}

export default async function (trial) {
  if (!programs()) return trial.skip("PostgreSQL is not installed here");
  if (run("openssl", "version").status !== 0) return trial.skip("openssl is not installed here");
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((one) => one.family === "IPv4" && !one.internal)?.address;
  const place = folder();
  const database = await cluster(place, ["127.0.0.1", ...(outside ? [outside] : [])]);
  const { port, at } = database;
  const url = `postgres://gongkai@127.0.0.1:${port}/postgres?sslmode=verify-full&sslrootcert=${at}/ca.crt`;
  const [first, second, third] = ["one", "two", "three"].map((name) => `${place}/${name}`);
  const shared = `${place}/shared`;
  const more = { GONGKAI_FILES__FOLDER: shared };
  const on = (to, ...words) => command(first, ...words, "--database", to);

  // Who answers is checked, and nothing goes there in clear text.
  const stranger = on(url.replace("ca.crt", "stranger.crt"), "verify");
  trial.must(
    "a server whose certificate somebody else signed is refused, told in words",
    stranger.status !== 0 &&
      /加密连接没有建立/.test(stranger.out + stranger.said) &&
      (stranger.out + stranger.said).includes(`${at}/stranger.crt`) &&
      /请向数据库管理员核对/.test(stranger.out + stranger.said),
    stranger.out + stranger.said,
  );
  const astray = on(url.replace("ca.crt", "none.crt"), "verify");
  trial.must(
    "a file of authorities that is not there is named",
    astray.status !== 0 && astray.said.includes(`${at}/none.crt`) && /不存在/.test(astray.said),
    astray.out + astray.said,
  );
  // Who names the authority has it asked, whatever else the address says.
  const named = on(url.replace("sslmode=verify-full&", "").replace("ca.crt", "stranger.crt"), "verify");
  trial.must(
    "an authority that is named is asked without another word",
    named.status !== 0 && /加密连接没有建立/.test(named.said),
    named.out + named.said,
  );
  const mistyped = on(url.replace("sslmode", "sslmod"), "verify");
  trial.must("a mistyped word in the address is refused", /sslmod 不是/.test(mistyped.said), mistyped.said);
  const clear = on(`postgres://gongkai@127.0.0.1:${port}/postgres?sslmode=disable`, "demo", "--json");
  trial.must("clear text is refused by this server", clear.status !== 0, clear.said);
  if (outside) {
    // No word on TLS in the address: over the network it is used all the same.
    const plain = on(`postgres://gongkai@${outside}:${port}/postgres`, "doctor");
    trial.must(
      "an address on the network without a word on TLS is reached over TLS",
      !/加密连接没有建立|no pg_hba|连不上/.test(plain.out + plain.said),
      plain.out + plain.said,
    );
  } else trial.skip("this machine has no address but the loopback one");

  mkdirSync(shared);
  const made = command(first, "demo", "--json", "--database", url);
  if (made.status !== 0) throw new Error(`demo: ${made.said}`);
  // The demonstration puts its files where one node has them: moved to where all see them, as the handbook says.
  if (existsSync(`${first}/files`)) {
    rmSync(shared, { recursive: true });
    run("mv", `${first}/files`, shared);
  }
  const node = (data, role, own = more) => Server.start(data, { role, database: url, more: own });
  const one = await node(first, "all");
  const lone = await node(second, "all", {}).then(
    (server) => server.kill().then(() => "it serves"),
    (error) => error.message,
  );
  trial.must("a node that sees other files does not start, told why", lone.includes("附件目录"), lone);
  const keyless = await node(second, "all").then(
    (server) => server.kill().then(() => "it serves"),
    (error) => error.message,
  );
  trial.must("a node without the key of the files does not start, told why", keyless.includes("files-key"), keyless);
  for (const data of [second, third]) {
    mkdirSync(data, { recursive: true });
    copyFileSync(`${first}/files-key`, `${data}/files-key`);
    run("chmod", "600", `${data}/files-key`);
  }
  const two = await node(second, "all");
  const three = await node(third, "portal");
  const secret = database.ask(
    "SELECT COUNT(*), COUNT(*) FILTER (WHERE s.ssl) FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid) WHERE a.client_port > 0",
  );
  const [all, sealed] = secret.split("|").map(Number);
  trial.figure("connections of three nodes, of these over TLS", `${all}, ${sealed}`);
  trial.must("every connection is over TLS", all > 0 && all === sealed, secret);
  await until(120, async () => {
    const states = await Promise.all([one.health(), two.health()]);
    return states.every(({ search }) => !search.rebuilding && search.lag === 0);
  });

  // One session, both offices.
  const chief = await Person.signIn(one, "clerk");
  const there = Object.assign(new Person(two.office), { cookies: chief.cookies });
  trial.must("signed in on one node is signed in on the other", (await there.get("/documents")).status === 200);

  // Attachments of one are those of all.
  const portals = [one, two, three].map((server) => new Person(server.portal));
  const list = JSON.parse((await portals[0].get("/documents.json")).text);
  const items = (list.items ?? list.documents ?? list.results ?? []).slice(0, 60);
  let file;
  let withdrawn = [];
  for (const item of items) {
    const page = await portals[0].get(`/documents/${item.id}`);
    const to = page.status === 307 ? (await portals[0].get(page.location)).text : page.text;
    file ??= /href="(\/attachments\/[^"?]+)"/.exec(to)?.[1];
    if (withdrawn.length < 3) withdrawn.push(item);
  }
  if (file) {
    const bytes = await Promise.all(portals.map((portal) => portal.get(file)));
    trial.must(
      "an attachment is read on every node",
      bytes.every((reply) => reply.status === 200 && reply.text === bytes[0].text && reply.text.length > 0),
      bytes.map((reply) => reply.status),
    );
  } else trial.must("a document with an attachment was found", false, items.length);

  // A withdrawal is gone on all nodes, on every surface, within a second.
  let longest = [0, ""];
  for (const item of withdrawn) {
    const seen = await chief.get(`/documents/${item.id}`);
    const found = form(seen.text, "/withdraw");
    if (!found) {
      trial.must("a text could be withdrawn", false, `${item.id} ${seen.status}`);
      continue;
    }
    found.fields.set("reason", "试验撤回（演示）");
    const surfaces = {
      page: `/documents/${item.id}`,
      list: "/documents",
      policies: "/policies",
      home: "/",
      interface: "/documents.json",
      search: `/search?q=${encodeURIComponent(item.title.slice(0, 24))}`,
    };
    // Everybody has just read them, so that whatever is held in memory is held.
    for (const portal of portals) for (const to of Object.values(surfaces)) await portal.get(to);
    const done = await chief.post(found.action, found.fields);
    const begun = Date.now();
    trial.must("a text is withdrawn", done.status === 303, done.status);
    await Promise.all(
      portals.flatMap((portal, which) =>
        Object.entries(surfaces).map(async ([name, to]) => {
          // What counts is the latest moment at which somebody asked and was still shown it, not how long the answer took.
          for (let last = 0; ;) {
            const asked = Date.now() - begun;
            const reply = await portal.get(to);
            const body = name === "search" ? reply.text.replaceAll(/<(input|title|h1)[^>]*>/g, "") : reply.text;
            const there = name === "page" ? reply.status !== 410 && reply.status !== 307 : body.includes(item.id);
            if (there) last = asked;
            if (last > longest[0]) longest = [last, `${name}, node ${which + 1}`];
            if (!there || asked > 20_000) break;
            await sleep(10);
          }
        }),
      ),
    );
  }
  trial.figure(
    "withdrawn on one: asked for at most so many ms later, still shown somewhere (three nodes, six surfaces)",
    longest.join(", "),
  );
  trial.must("that is within a second", longest[0] < 1000, longest.join(", "));

  // Signed out on one node is signed out on the other.
  await chief.fill("/documents", "/signout", {});
  there.cookies = new Map(there.cookies);
  trial.must("signed out on one node is signed out on the other", (await there.get("/documents")).status !== 200);

  // One node dies; the others go on, and what was acknowledged is there.
  const writer = await Person.signIn(two, "clerk");
  const draft = await writer.draft("另一节点断电之前（演示）");
  await one.kill();
  const after = await writer.draft("另一节点断电之后（演示）");
  trial.must(
    "a node goes on when another is killed",
    draft.status === 303 && after.status === 303,
    `${draft.status} ${after.status}`,
  );
  trial.must("the portal goes on", (await portals[2].get("/policies")).status === 200);

  // The database is started anew under them.
  database.control("restart", "-m", "immediate");
  const healed = await until(30, async () => (await two.health()).ok);
  trial.figure("the database started anew: well again after, ms", healed);
  const again = await writer.draft("数据库重启之后（演示）");
  trial.must("a save after the database came back succeeds", again.status === 303, again.status);
  await Promise.all([two.stop(), three.stop()]);
  const verified = commandIn(more, second, "verify", "--json", "--database", url);
  trial.must("verify finds everything whole", verified.status === 0, verified.out + verified.said);
}
