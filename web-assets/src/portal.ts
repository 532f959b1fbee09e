// The portal's script: conveniences only. Every page is complete without it.
import { currentHeading } from "./portal/contents";
import { copyLinks } from "./portal/copy";
import { drafts } from "./portal/draft";
import { openOnPaper } from "./portal/paper";
import { readAloud } from "./portal/speech";
import { scrollHints } from "./portal/scroll";
import { suggestions } from "./portal/suggest";

copyLinks();
currentHeading();
drafts();
openOnPaper();
readAloud();
scrollHints();
suggestions();
for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
// A preview as a telephone shows it: the same page in a window that is as narrow.
for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-narrow]")) {
  link.addEventListener("click", (event) => {
    if (window.open(link.href, "narrow", "popup,width=390,height=844")) event.preventDefault();
  });
}
