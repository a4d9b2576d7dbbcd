// Up and down (or k and j) move between rows by moving real focus to each row's link; x picks the row.
// The letters named in data-row-key press that row's button, so "p" on a row takes a payment for that row.
const rowLink = (row) => row?.querySelector("a.name, a, button");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
  const row = event.target.closest?.("table[data-rows] tbody tr");
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];

  if (step && (row || "jk".includes(event.key))) {
    const rows = [...document.querySelectorAll("table[data-rows] tbody tr")].filter(rowLink);
    const next = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(row) + step))];
    if (next) {
      event.preventDefault();
      rowLink(next).focus();
      next.scrollIntoView({ block: "nearest" });
    }
  } else if (row && event.key === "x") {
    row.querySelector("input[type=checkbox]")?.click();
  } else if (row) {
    const button = row.querySelector(`[data-row-key="${CSS.escape(event.key)}"]`);
    if (button) {
      event.preventDefault();
      event.stopImmediatePropagation();
      button.click();
    }
  }
}, true);
