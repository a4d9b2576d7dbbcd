// What is found while one types: the arrows move real focus from the box through it and back, and Escape closes it.
const box = document.querySelector("[data-search]");
const place = document.getElementById("found");

function move(event, step) {
  const stops = [box, ...place.querySelectorAll("[data-found]")];
  const next = stops[stops.indexOf(document.activeElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

box?.form.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    move(event, step);
  } else if (event.key === "Escape") {
    place.replaceChildren();
    box.focus();
  }
});
