// One place for every key: "/" or Ctrl K search, "g" then a letter to go, "?" the list. Silent while someone types.
const typing = (el) => el.closest("input, select, textarea, [contenteditable]");
let waiting = 0;

function search(event) {
  event.preventDefault();
  document.querySelector("[data-search]")?.focus();
}

document.addEventListener("keydown", (event) => {
  const dialog = document.querySelector("dialog[open]");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !dialog) return search(event);
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || dialog) return;

  if (Date.now() - waiting < 1200) {
    waiting = 0;
    document.querySelector(`[data-go="${CSS.escape(event.key)}"]`)?.click();
  } else if (event.key === "g") {
    waiting = Date.now();
  } else if (event.key === "/") {
    search(event);
  } else {
    document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
  }
});
