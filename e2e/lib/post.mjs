// A mail server that takes every mail and keeps it, as the program's own server would hand it on. Speaks as much of SMTP as that needs.
import { createServer } from "node:net";

import { eventually } from "./desk.mjs";

/** How long a mail may take: its round is woken at once, but stands behind what else is to be done. */
const SENT_MS = 40_000;

/** The bytes of a text in quoted-printable. */
function unquoted(text) {
  const bytes = text.replaceAll(/=\r\n/g, "").replaceAll(/=([0-9A-F]{2})/g, (_, two) => String.fromCharCode(Number.parseInt(two, 16)));
  return Buffer.from(bytes, "latin1");
}

/** A header as people read it: words in base64 or quoted-printable put together again (RFC 2047). */
function heading(text) {
  const pieces = text.replaceAll(/\?=\s+=\?/g, "?==?");
  return pieces.replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, how, word) =>
    how.toLowerCase() === "b" ? Buffer.from(word, "base64").toString() : unquoted(word.replaceAll("_", " ")).toString());
}

/** A mail: `to`, its `subject` and `text` as they are read, `header(name)`. */
function read(to, raw) {
  const at = raw.indexOf("\r\n\r\n");
  const lines = raw.slice(0, at).replaceAll(/\r\n[ \t]+/g, " ").split("\r\n");
  const header = (name) => lines.find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))?.slice(name.length + 1).trim() ?? "";
  const body = raw.slice(at + 4);
  const coded = header("Content-Transfer-Encoding").toLowerCase();
  const bytes = coded === "base64" ? Buffer.from(body, "base64") : coded === "quoted-printable" ? unquoted(body) : Buffer.from(body, "latin1");
  return { to, header, subject: heading(header("Subject")), text: bytes.toString().replaceAll("\r\n", "\n") };
}

/** One conversation; `keep` gets each mail. */
function talk(socket, keep) {
  let [held, to, inside] = ["", [], false];
  const say = (line) => socket.write(`${line}\r\n`);
  const answer = (line) => {
    const word = line.slice(0, 4).toUpperCase();
    if (word === "RCPT") to.push(/<([^>]*)>/.exec(line)?.[1] ?? "");
    if (word === "DATA") {
      inside = true;
      return say("354 go on");
    }
    if (word === "QUIT") {
      say("221 bye");
      return socket.end();
    }
    if (word === "RSET" || word === "MAIL") to = [];
    return say("250 ok");
  };
  say("220 post");
  socket.on("error", () => undefined);
  socket.on("data", (bytes) => {
    held += bytes.toString("latin1");
    for (;;) {
      const end = inside ? held.indexOf("\r\n.\r\n") : held.indexOf("\r\n");
      if (end < 0) return;
      const piece = held.slice(0, end);
      held = held.slice(end + (inside ? 5 : 2));
      if (inside) {
        inside = false;
        // A dot at the begin of a line was doubled on the way.
        for (const one of to) keep(read(one, piece.replaceAll("\r\n..", "\r\n.")));
        say("250 kept");
      } else {
        answer(piece);
      }
    }
  });
}

export class Post {
  constructor() {
    this.mails = [];
    this.sockets = new Set();
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.once("close", () => this.sockets.delete(socket));
      talk(socket, (mail) => this.mails.push(mail));
    });
  }

  /** Listens on a free port of this machine. */
  begin() {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(0, "127.0.0.1", () => resolve(this));
    });
  }

  /** As the configuration of the program names it. */
  get address() {
    return `smtp://127.0.0.1:${this.server.address().port}`;
  }

  /** Mails to this mailbox, as they came. */
  to(mailbox) {
    return this.mails.filter((mail) => mail.to === mailbox);
  }

  /** Waits for a mail to this mailbox whose subject or text holds `words`. */
  async mail(mailbox, words, ms = SENT_MS) {
    const find = () => this.to(mailbox).find(({ subject, text }) => subject.includes(words) || text.includes(words));
    await eventually(`a mail to ${mailbox} with “${words}”`, find, ms);
    return find();
  }

  end() {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
