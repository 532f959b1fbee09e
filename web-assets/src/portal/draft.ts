// A form under a private link keeps what is typed while somebody types, not only when a step is sent.
// Without it, and where the server cannot be reached, the form is the same as ever and keeps each step as it is sent.

/** How long typing pauses before the server is told. */
const PAUSE_MS = 2000;

/** What is filled in, as the form would send it: words alone. Files go with the button. */
export function words(entries: Iterable<[string, FormDataEntryValue]>): URLSearchParams {
  const kept = new URLSearchParams();
  for (const [name, value] of entries) if (typeof value === "string") kept.append(name, value);
  // The same page again: nothing is checked, nothing goes on.
  kept.set("stay", "1");
  return kept;
}

function equip(form: HTMLFormElement): void {
  const status = form.querySelector<HTMLElement>("[data-autosave-status]");
  const now = (): string => words(new FormData(form)).toString();
  let kept = now();
  let timer: number | undefined;
  let sending = false;

  const say = (text: string): void => {
    if (status) status.textContent = text;
  };
  const keep = async (): Promise<void> => {
    window.clearTimeout(timer);
    const typed = now();
    if (sending || typed === kept) return;
    sending = true;
    try {
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const answer = await fetch(form.action, { method: "POST", headers, body: typed, redirect: "manual" });
      // Kept is answered by the address of the page.
      if (answer.type !== "opaqueredirect" && !answer.ok) throw new Error(String(answer.status));
      kept = typed;
      say(`已保存 ${new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" })}`);
    } catch {
      say("暂时没有保存上，请不要关闭本页；点“保存，下一步”时会一并保存。");
    } finally {
      sending = false;
    }
    // What could not be kept is tried again with the next key.
    if (kept === typed && now() !== kept) later();
  };
  const later = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void keep(), PAUSE_MS);
  };
  form.addEventListener("input", later);
  form.addEventListener("focusout", () => void keep());
  form.addEventListener("submit", () => window.clearTimeout(timer));
}

export function drafts(): void {
  document.querySelectorAll<HTMLFormElement>("form[data-draft]").forEach(equip);
}
