// Recovery codes are kept by printing them or by copying them; either happens at a press only.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-print], [data-copy]");
  if (!button) return;
  if ("print" in button.dataset) return print();
  const lines = [...document.querySelectorAll("[data-copied] > *")].map((line) => line.textContent.trim());
  await navigator.clipboard.writeText(lines.join("\n"));
  button.replaceChildren(button.dataset.copy);
});
