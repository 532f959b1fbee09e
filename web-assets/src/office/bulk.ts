// Boxes of a list: all of the page, the bar that counts them; fields of the operation that is chosen.

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

/** Of the fields of several operations only those of the chosen one. Without scripts all stand there and say when they
 * count. */
function ofTheChosen(choice: HTMLSelectElement): void {
  const scope = choice.closest<HTMLElement>("[data-bulk]") ?? choice.form;
  if (!scope) return;
  for (const word of scope.querySelectorAll<HTMLElement>(".nojs")) word.hidden = true;
  const show = (): void => {
    for (const field of scope.querySelectorAll<HTMLElement>("[data-shown-for]")) {
      field.hidden = field.dataset.shownFor !== choice.value;
    }
  };
  choice.addEventListener("change", show);
  show();
  // Back in the history the browser fills in the choice again.
  addEventListener("pageshow", show);
}

export function bulk(): void {
  const scopes = new Set<HTMLElement>();
  for (const box of document.querySelectorAll<HTMLElement>("[data-pick-all], [data-pick]")) {
    const scope = box.closest<HTMLElement>("form") ?? box.closest<HTMLElement>("main");
    if (scope) scopes.add(scope);
  }
  for (const scope of scopes) watch(scope);
  for (const choice of document.querySelectorAll<HTMLSelectElement>("select[data-shows]")) ofTheChosen(choice);
}
