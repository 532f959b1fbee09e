// On a narrow screen the rail is one line that scrolls: it begins where the page stands in it.
export function railInView(): void {
  const current = document.querySelector<HTMLElement>(".rail a[aria-current]");
  const line = document.querySelector<HTMLElement>(".rail .groups");
  if (!current || !line || line.scrollWidth <= line.clientWidth) return;
  const [own, all] = [current.getBoundingClientRect(), line.getBoundingClientRect()];
  line.scrollLeft += own.left - all.left - (all.width - own.width) / 2;
}
