// What is found while one types: the arrows move real focus from the box through it and back, and Escape closes it.
const box = document.querySelector("[data-search]");
const place = document.getElementById("found");
let isSent = false;

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

// Enter brings the page of all that is found in place of this one: a browser that went there itself would keep what
// was posted, and might write it to its disk before sent.js has run. What is still asked for as typed is waited for no more.
box?.form.addEventListener("submit", () => {
  isSent = true;
  window.htmx?.trigger(box, "htmx:abort");
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (isSent && event.detail.elt === box) event.preventDefault();
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt !== box?.form) return;
  isSent = false;
  if (!event.detail.successful) return;
  place.replaceChildren();
  box.form.reset();
  document.getElementById("main").focus({ preventScroll: true });
});
