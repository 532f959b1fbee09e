// The portal's script: conveniences only. Every page is complete without it.
import { copyLinks } from "./portal/copy";
import { readAloud } from "./portal/speech";
import { scrollHints } from "./portal/scroll";
import { suggestions } from "./portal/suggest";

copyLinks();
readAloud();
scrollHints();
suggestions();
for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
