// Focus goes to what is wrong, or to the heading of what has just come, so that nobody is left behind by a swap.
function lead(part) {
  const place = part.querySelector("[data-focus]") ?? part.querySelector("[aria-invalid=true]");
  place?.focus();
}

document.addEventListener("htmx:load", (event) => {
  const part = event.detail.elt;
  if (part !== document.body && !part.matches("[data-quiet]")) lead(part.parentElement ?? part);
});

lead(document);
