// Nothing is folded on paper: where the style sheet cannot open what is folded (details::details-content is young),
// the script does, and folds it again afterwards.
export function openOnPaper(): void {
  if (CSS.supports("selector(::details-content)")) return;
  let opened: HTMLDetailsElement[] = [];
  window.addEventListener("beforeprint", () => {
    // A plan says each of its clauses once: how many pieces of evidence there are is enough, unless they were opened.
    const folded = document.querySelectorAll<HTMLDetailsElement>("details:not([open], .duties)");
    opened = [...folded];
    for (const one of opened) one.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
    opened = [];
  });
}
