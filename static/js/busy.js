// A sent form says what runs and is not sent twice; the form's own key makes a second sending harmless on the server.
const before = new WeakMap();

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button?.dataset.busy) return;
  if (button.ariaBusy === "true") {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  before.set(button, [...button.childNodes]);
  button.ariaBusy = "true";
  button.replaceChildren(button.dataset.busy);
}, true);

document.addEventListener("htmx:afterRequest", (event) => {
  event.detail.elt.querySelectorAll("[aria-busy=true]").forEach((button) => {
    button.ariaBusy = "false";
    button.replaceChildren(...(before.get(button) ?? button.childNodes));
  });
});

for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, () => {
    const said = document.querySelector("[data-trouble]");
    said.hidden = false;
    said.querySelector("[data-said]").textContent = said.dataset.trouble;
  });
}
