// What is kept in this browser while the server does not answer belongs to whoever wrote it: nobody else who signs in
// here is offered it, it goes when that person signs out, and after a day in any case.

const DRAFTS = "gongkai:draft:";
const LEAVING = "gongkai:leaving";
const DAY_MS = 24 * 3_600_000;

/** Who is signed in on this page; empty before sign-in. */
const person = (): string => document.body.dataset.person ?? "";

/** The name under which a text of this person is kept. */
export const keyOf = (address: string): string => `${DRAFTS}${person()}:${address}`;

/** Whether a kept text is to go: it is of this person who leaves, or of somebody else and a day old. */
export function goes(key: string, text: string, now: number, who: { here: string; leaves: string }): boolean {
  if (!key.startsWith(DRAFTS)) return false;
  if (who.leaves !== "" && key.startsWith(`${DRAFTS}${who.leaves}:`)) return true;
  if (who.here === "" || key.startsWith(`${DRAFTS}${who.here}:`)) return false;
  try {
    const at = Date.parse((JSON.parse(text) as { at?: string }).at ?? "");
    return Number.isNaN(at) || now - at > DAY_MS;
  } catch {
    return true;
  }
}

function keys(): string[] {
  return Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at) ?? "");
}

function sweep(leaves: string): void {
  const who = { here: person(), leaves };
  for (const key of keys())
    if (goes(key, localStorage.getItem(key) ?? "", Date.now(), who)) localStorage.removeItem(key);
}

/** Signing out says how much unsaved text goes with it. That goes on the next page: if leaving fails, it is there. */
function signOut(form: HTMLFormElement): void {
  const before = (event: SubmitEvent): void => {
    if (event.target !== form) return;
    const kept = keys().filter((key) => key.startsWith(`${DRAFTS}${person()}:`)).length;
    if (kept === 0) return void delete form.dataset.confirm;
    form.dataset.confirm = `这台电脑上暂存着 ${kept} 份没有保存到服务器的文字，退出后清除，不能找回`;
    form.dataset.confirmTitle = "退出登录？";
    form.dataset.confirmButton = "清除并退出";
  };
  document.addEventListener("submit", before, { capture: true });
  addEventListener("submit", (event) => {
    if (event.target === form && !event.defaultPrevented) sessionStorage.setItem(LEAVING, person());
  });
}

export function left(): void {
  try {
    const leaves = person() === "" ? (sessionStorage.getItem(LEAVING) ?? "") : "";
    sweep(leaves);
    if (leaves !== "") sessionStorage.clear();
    else sessionStorage.removeItem(LEAVING);
    const form = document.querySelector<HTMLFormElement>('form[action="/signout"]');
    if (form) signOut(form);
  } catch {
    /* Where nothing may be kept, nothing stays. */
  }
}
