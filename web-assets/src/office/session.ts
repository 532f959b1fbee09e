// Two minutes before the session ends: says so, and extends it by one key.
import { button, make } from "./dom";

const WARN_MS = 120_000;

export function session(): void {
  const body = document.body;
  let timer = 0;
  const arm = (): void => {
    clearTimeout(timer);
    const ends = Date.parse(body.dataset.sessionEnds ?? "");
    if (Number.isNaN(ends)) return;
    // setTimeout takes at most about 24 days.
    timer = window.setTimeout(warn, Math.min(Math.max(ends - Date.now() - WARN_MS, 0), 2 ** 31 - 1));
  };
  const warn = (): void => {
    const message = make("p", { role: "alert" }, "登录将在两分钟内到期，已写的文字会保留。");
    const dialog = make(
      "dialog",
      { "aria-labelledby": "session-title" },
      make("h2", { id: "session-title" }, "快要退出了"),
      message,
    );
    const extend = button("继续使用", "main", async () => {
      try {
        const answer = await fetch("/session/extend", {
          method: "POST",
          headers: { Accept: "application/json" },
          credentials: "same-origin",
          redirect: "manual",
        });
        if (!answer.ok) throw new Error(String(answer.status));
        const { ends_at } = (await answer.json()) as { ends_at?: string };
        if (ends_at) body.dataset.sessionEnds = ends_at;
        dialog.close();
        arm();
      } catch {
        message.textContent = "没能延长登录。请在新窗口重新登录，本页文字不会丢失。";
        if (!dialog.querySelector("a"))
          message.after(
            make("p", {}, make("a", { href: "/signin", target: "_blank", rel: "noopener" }, "重新登录（新窗口）")),
          );
      }
    });
    dialog.append(
      make(
        "div",
        { class: "submit" },
        extend,
        button("知道了", "", () => dialog.close()),
      ),
    );
    dialog.addEventListener("close", () => dialog.remove());
    body.append(dialog);
    dialog.showModal();
    extend.focus();
  };
  arm();
}
