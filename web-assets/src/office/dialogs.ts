// Buttons that open a dialog of the page, shown only where scripts run; clicking beside a dialog closes it.

export function dialogs(): void {
  for (const opener of document.querySelectorAll<HTMLElement>("[data-open]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => {
      if (opener.dataset.open === "palette") return document.dispatchEvent(new CustomEvent("open-palette"));
      const dialog = document.getElementById(opener.dataset.open ?? "");
      if (dialog instanceof HTMLDialogElement) dialog.showModal();
      return undefined;
    });
  }
  document.addEventListener("click", (event) => {
    if (event.target instanceof HTMLDialogElement && event.target.matches("#keysheet, #palette")) event.target.close();
  });
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-undo-seconds]")) {
    setTimeout(() => (form.hidden = true), Number(form.dataset.undoSeconds) * 1000);
  }
  const summary = document.getElementById("errors");
  if (summary) summary.focus();
}
