// Margin signs (§): copy the address of the article, and say so.

function say(text: string): void {
  document.querySelector(".copied")?.remove();
  const box = document.createElement("div");
  box.className = "copied";
  box.setAttribute("role", "status");
  document.body.append(box);
  // The text comes after the region stands, otherwise screen readers do not announce it.
  requestAnimationFrame(() => (box.textContent = text));
  setTimeout(() => box.remove(), 4000);
}

export function copyLinks(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element | null)?.closest<HTMLAnchorElement>("a[data-copy-link]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // The link still works as a link; without permission to copy the address stands in the address bar.
    navigator.clipboard?.writeText(link.href).then(
      () => say("已复制本条的网址"),
      () => say("请从地址栏复制本条的网址"),
    );
  });
}
