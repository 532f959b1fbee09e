// Boxes of a list: all of the page, the bar that counts them; filters that send themselves.

function watch(scope: HTMLElement): void {
  const boxes = (): HTMLInputElement[] => [...scope.querySelectorAll<HTMLInputElement>("input[data-pick]")];
  const all = scope.querySelector<HTMLInputElement>("input[data-pick-all]");
  const bar = scope.querySelector<HTMLElement>("[data-bulk]");
  const count = scope.querySelector<HTMLElement>("[data-bulk-count]");
  const show = (): void => {
    const picked = boxes().filter((box) => box.checked).length;
    if (all) {
      all.checked = picked > 0 && picked === boxes().length;
      all.indeterminate = picked > 0 && picked < boxes().length;
    }
    if (count) count.textContent = String(picked);
    if (bar) bar.hidden = picked === 0;
  };
  scope.addEventListener("change", (event) => {
    if (event.target === all && all) for (const box of boxes()) box.checked = all.checked;
    if ((event.target as Element).matches("[data-pick], [data-pick-all]")) show();
  });
  show();
  // Back in the history: the browser ticks the boxes again after this ran, and tells nobody.
  addEventListener("pageshow", show);
}

export function bulk(): void {
  const scopes = new Set<HTMLElement>();
  for (const box of document.querySelectorAll<HTMLElement>("[data-pick-all], [data-pick]")) {
    const scope = box.closest<HTMLElement>("form") ?? box.closest<HTMLElement>("main");
    if (scope) scopes.add(scope);
  }
  for (const scope of scopes) watch(scope);
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLElement;
    if (field.matches("[data-auto-submit]")) field.closest("form")?.requestSubmit();
  });
}
