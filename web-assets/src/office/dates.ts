// A calendar beside a box for a date that also takes words (6月底前): choosing a day writes it into the box.
import { make } from "./dom";

export function dates(): void {
  for (const box of document.querySelectorAll<HTMLInputElement>("input[data-date]")) {
    const name = box.labels?.[0]?.textContent?.trim() ?? "日期";
    const day = make("input", { type: "date", class: "in pick-date", "aria-label": `从日历选择${name}` });
    if (/^\d{4}-\d{2}-\d{2}$/.test(box.value)) day.value = box.value;
    day.addEventListener("change", () => {
      if (!day.value) return;
      box.value = day.value;
      // As if typed, so that it is saved like what is typed.
      box.dispatchEvent(new Event("input", { bubbles: true }));
      box.dispatchEvent(new Event("change", { bubbles: true }));
      box.focus();
    });
    box.after(day);
  }
}
