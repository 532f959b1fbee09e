// Filters of a list fold on a narrow screen, so that the list begins on the first screen; one that is in force stays
// open.
import { button } from "./dom";

export function folds(): void {
  if (!matchMedia("(max-width: 860px)").matches) return;
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-fold]")) {
    form.id ||= "filters";
    const open = (yes: boolean): void => {
      form.hidden = !yes;
      toggle.setAttribute("aria-expanded", String(yes));
    };
    const toggle = button(form.dataset.fold ?? "筛选", "fold", () => open(form.hidden));
    toggle.setAttribute("aria-controls", form.id);
    form.before(toggle);
    open(form.hasAttribute("data-fold-open"));
  }
}
