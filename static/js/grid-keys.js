// In a table of boxes the arrow keys go from box to box; Tab and Space do what they always do.
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

const boxesOf = (table) => [...table.querySelectorAll("tbody tr")]
  .map((row) => [...row.querySelectorAll("input[type=checkbox]")])
  .filter((boxes) => boxes.length);

document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  const table = event.target.closest("table[data-grid]");
  if (!step || !table || !event.target.matches("input[type=checkbox]")) return;
  const rows = boxesOf(table);
  const row = rows.findIndex((boxes) => boxes.includes(event.target));
  const next = rows[row + step[0]]?.[rows[row].indexOf(event.target) + step[1]];
  event.preventDefault();
  next?.focus();
});
