// The unit for systemd: this machine's systemd understands every word of it, and the service may do little.
import { readFileSync, writeFileSync } from "node:fs";

import { folder, program, root, run } from "../lib.mjs";

/** What systemd calls OK goes to 2; a service that protects itself with nothing has 9.6. */
const MOST = 2;

export default async function (trial) {
  const version = run("systemd-analyze", "--version").stdout?.split("\n")[0];
  if (!version) return trial.skip("systemd is not installed here");
  trial.figure("systemd", version);
  const unit = `${folder()}/gongkai.service`;
  // Where the program lies is looked at, too.
  const text = readFileSync(`${root}/deploy/gongkai.service`, "utf8");
  writeFileSync(unit, text.replace("/usr/local/bin/gongkai", program));
  const verified = run("systemd-analyze", "verify", unit);
  trial.must("verify says nothing", verified.status === 0 && verified.stderr.trim() === "", verified.stderr);
  const security = run("systemd-analyze", "security", "--offline=true", "--no-pager", unit);
  const exposure = Number(/exposure level for \S+: ([0-9.]+)/.exec(security.stdout)?.[1]);
  trial.figure("exposure", exposure);
  trial.must(`exposure is at most ${MOST}`, exposure <= MOST, security.stdout.slice(-200) + security.stderr);
}
