// One file in parts over a line that may drop. It knows no page: how things are sent, waited for and told is given.
import { mayTryAgain } from "./answers";
import { digestOf } from "./digest";

export interface Answer {
  /** 0 = there was none. */
  status: number;
  text: string;
}

/** The way to the server. */
export interface Line {
  post: (address: string, fields: Record<string, string>) => Promise<Answer>;
  get: (address: string) => Promise<Answer>;
  /** Sends bytes; `progress` hears how many of them are under way. `wish.abort` breaks it off. */
  send: (address: string, bytes: Blob, progress: (sent: number) => void, wish: Wish) => Promise<Answer>;
  /** Waits so long, or until the line is back, or `wish.abort`. */
  rest: (ms: number, wish: Wish) => Promise<void>;
}

/** What its sender wants. */
export interface Wish {
  cancelled: boolean;
  abort?: (() => void) | undefined;
}

export type Step =
  | { at: "reading"; done: number }
  | { at: "sending"; done: number }
  | { at: "waiting"; done: number; seconds: number }
  | { at: "checking" };

export type Outcome =
  | { end: "done" }
  /** The text has the same file, under this name; `upload` names what was sent already, if it was. */
  | { end: "same"; name: string; upload: string }
  | { end: "refused"; status: number; text: string }
  /** It may go on from where it is, when somebody says so. */
  | { end: "cut"; status: number; text: string }
  | { end: "cancelled" }
  | { end: "unreadable" };

export interface About {
  /** Where uploads of the text begin. */
  address: string;
  name: string;
  /** Attachment whose place it takes; empty = a new one. */
  replaces: string;
  /** Added even if the text has the same file. */
  twice: boolean;
}

/** Seconds before each further try, while nothing comes through. */
const WAITS = [1, 2, 5, 10, 20, 30, 30];
/** A part is halved at each cut, so that the worst line carries something between two of them. */
const LEAST = 128 << 10;
/** A server that sends us back more often than this contradicts itself. */
const MOST_TURNS = 50;

interface Said {
  upload?: string;
  offset?: number;
  part?: number;
  same?: string | null;
}

function said(answer: Answer): Said {
  try {
    const read = JSON.parse(answer.text) as Said | null;
    return read && typeof read === "object" ? read : {};
  } catch {
    return {};
  }
}

const good = (answer: Answer): boolean => answer.status >= 200 && answer.status < 300;

class Transfer {
  private offset = 0;
  private part = 1 << 20;
  private most = 1 << 20;
  private upload = "";
  private tries = 0;
  /** How far it ever was, and how often it got no further since. */
  private far = 0;
  private turns = 0;
  private anew = false;
  private digest = "";

  constructor(
    private readonly file: Blob,
    private readonly about: About,
    private readonly line: Line,
    private readonly tell: (step: Step) => void,
    private readonly wish: Wish,
  ) {}

  private get here(): string {
    return `${this.about.address}/${encodeURIComponent(this.upload)}`;
  }

  async run(): Promise<Outcome> {
    try {
      const tell = (done: number): void => this.tell({ at: "reading", done });
      this.digest = await digestOf(this.file, tell, () => this.wish.cancelled);
    } catch {
      return { end: "unreadable" };
    }
    const begun = await this.begin();
    return begun ?? this.carry();
  }

  /** Names the file; the server says where to go on, from the beginning or from where it was cut. */
  private async begin(): Promise<Outcome | null> {
    for (;;) {
      if (this.wish.cancelled) return this.cancel();
      const { name, replaces, twice } = this.about;
      const fields = { name, replaces, size: String(this.file.size), digest: this.digest, keep: twice ? "1" : "" };
      const answer = await this.line.post(this.about.address, fields);
      const { same, upload, offset, part } = said(answer);
      if (good(answer) && same) return { end: "same", name: same, upload: "" };
      if (good(answer) && upload) {
        this.upload = upload;
        this.offset = offset ?? 0;
        this.far = this.offset;
        this.most = part ?? this.most;
        this.part = this.most;
        this.tries = 0;
        return null;
      }
      const end = await this.failed(answer);
      if (end) return end;
    }
  }

  /** Sends part after part, then ends. */
  private async carry(): Promise<Outcome> {
    for (;;) {
      if (this.wish.cancelled) return this.cancel();
      const end = this.offset < this.file.size ? await this.next() : await this.finish();
      if (end) return end;
    }
  }

  private async next(): Promise<Outcome | null> {
    const from = this.offset;
    const bytes = this.file.slice(from, from + this.part);
    this.tell({ at: "sending", done: from });
    const progress = (sent: number): void => this.tell({ at: "sending", done: Math.min(from + sent, this.file.size) });
    const answer = await this.line.send(`${this.here}/parts?at=${from}`, bytes, progress, this.wish);
    if (this.wish.cancelled) return null;
    const { offset } = said(answer);
    if (good(answer) && typeof offset === "number") {
      this.tries = 0;
      this.part = Math.min(this.part * 2, this.most);
      return this.goTo(offset);
    }
    if (answer.status === 409 && typeof offset === "number") return this.goTo(offset);
    if (answer.status === 404) return this.again(answer);
    this.part = Math.min(this.most, Math.max(LEAST, Math.floor(this.part / 2)));
    const end = await this.failed(answer);
    if (end) return end;
    // The answer may be lost and the part not.
    const state = await this.line.get(this.here);
    const there = said(state).offset;
    return good(state) && typeof there === "number" ? this.goTo(there) : null;
  }

  private goTo(offset: number): Outcome | null {
    this.turns = offset > this.far ? 0 : this.turns + 1;
    this.far = Math.max(this.far, offset);
    this.offset = offset;
    return this.turns > MOST_TURNS ? { end: "refused", status: 409, text: "" } : null;
  }

  /** What was sent is not there any more: once from the beginning. */
  private async again(answer: Answer): Promise<Outcome | null> {
    if (this.anew) return { end: "refused", ...answer };
    this.anew = true;
    return this.begin();
  }

  private async finish(): Promise<Outcome | null> {
    this.tell({ at: "checking" });
    const answer = await this.line.post(`${this.here}/finish`, { keep: this.about.twice ? "1" : "" });
    const { same, offset } = said(answer);
    if (good(answer)) return same ? { end: "same", name: same, upload: this.upload } : { end: "done" };
    if (answer.status === 409 && typeof offset === "number") return this.goTo(offset);
    if (answer.status === 404) return this.again(answer);
    return this.failed(answer);
  }

  /** Waits before the next try; or says that it ends here. */
  private async failed(answer: Answer): Promise<Outcome | null> {
    if (this.wish.cancelled) return null;
    if (!mayTryAgain(answer.status)) return { end: "refused", ...answer };
    const seconds = WAITS[this.tries];
    // Whoever is signed out signs in again first.
    if (seconds === undefined || answer.status === 401) return { end: "cut", ...answer };
    this.tries += 1;
    this.tell({ at: "waiting", done: this.offset, seconds });
    await this.line.rest(seconds * 1000, this.wish);
    return null;
  }

  private async cancel(): Promise<Outcome> {
    // What does not reach the server goes by itself after a day.
    if (this.upload) await this.line.post(`${this.here}/cancel`, {});
    return { end: "cancelled" };
  }
}

/** Sends one file. Begun anew with the same file after a cut it goes on where it was. */
export function transfer(
  file: Blob,
  about: About,
  line: Line,
  tell: (step: Step) => void,
  wish: Wish,
): Promise<Outcome> {
  return new Transfer(file, about, line, tell, wish).run();
}
