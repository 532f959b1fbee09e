// Says above a wide table that it scrolls sideways, and lets the keyboard stop there, only while it does.

export function scrollHints(): void {
  const regions = document.querySelectorAll<HTMLElement>("[data-scroll]");
  if (regions.length === 0 || !("ResizeObserver" in window)) return;
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const wide = target.scrollWidth > target.clientWidth + 1;
      if (wide || target.scrollHeight > target.clientHeight + 1) target.setAttribute("tabindex", "0");
      else target.removeAttribute("tabindex");
      const before = target.previousElementSibling;
      const hint = before?.classList.contains("hint-scroll") ? before : null;
      if (wide && !hint) {
        const line = document.createElement("p");
        line.className = "hint-scroll noprint";
        line.textContent = "← 左右滑动看全表 →";
        target.before(line);
      } else if (!wide) {
        hint?.remove();
      }
    }
  });
  for (const region of regions) observer.observe(region);
}
