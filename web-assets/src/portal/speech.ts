// Reading aloud in elder mode, with visible buttons; paragraph by paragraph, because long texts stop in some browsers.

const SKIP = ".meta, .sign, .facts, .stamp, .redhead, .colophon, .digest-line, .speak, nav, form, script";

/** The blocks of text to read, in order; tables are announced, not read cell by cell. */
function passages(root: Element): string[] {
  const blocks = root.querySelectorAll("h1, h2, h3, h4, p, li, table");
  return [...blocks]
    .filter((block) => !block.closest(SKIP) && !(block.matches("p, li") && block.closest("table")))
    .map((block) => (block.matches("table") ? "此处有一个表格，请看屏幕。" : spoken(block)))
    .filter((text) => text.length > 0);
}

function spoken(block: Element): string {
  const copy = block.cloneNode(true) as Element;
  for (const part of copy.querySelectorAll(SKIP)) part.remove();
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

export function readAloud(): void {
  if (document.documentElement.dataset.mode !== "elder" || !("speechSynthesis" in window)) return;
  const root = document.querySelector("[data-speak]") ?? document.querySelector("main article");
  const heading = root?.querySelector("h1") ?? document.querySelector("main h1");
  if (!root || !heading) return;
  const bar = document.createElement("div");
  bar.className = "speak noprint";
  const play = document.createElement("button");
  const stop = document.createElement("button");
  for (const button of [play, stop]) {
    button.type = "button";
    button.className = "btn";
  }
  play.classList.add("main");
  stop.textContent = "停止";
  stop.hidden = true;
  bar.append(play, stop);
  heading.after(bar);

  const voice = window.speechSynthesis;
  let state: "idle" | "reading" | "paused" = "idle";
  const show = (next: typeof state): void => {
    state = next;
    play.textContent = { idle: "朗读全文", reading: "暂停", paused: "继续朗读" }[next];
    stop.hidden = next === "idle";
  };
  show("idle");
  play.addEventListener("click", () => {
    if (state === "reading") {
      voice.pause();
      return show("paused");
    }
    if (state === "paused") {
      voice.resume();
      return show("reading");
    }
    const texts = passages(root);
    voice.cancel();
    texts.forEach((text, index) => {
      const part = new SpeechSynthesisUtterance(text);
      part.lang = "zh-CN";
      part.rate = 0.9;
      if (index === texts.length - 1) part.onend = () => show("idle");
      voice.speak(part);
    });
    if (texts.length > 0) show("reading");
  });
  stop.addEventListener("click", () => {
    voice.cancel();
    show("idle");
    play.focus();
  });
  addEventListener("pagehide", () => voice.cancel());
}
