// What was kept is filled in again when its form appears, and kept no longer once the form is sent or left.
import { forget, hold, isHeld, keeper, leave, saved, typing } from "./drafts.js";
import { fill, goesTo, isKept } from "./typed.js";

const kept = JSON.parse(keeper?.dataset.kept ?? "{}");
const waiting = new Set();

// A form that comes back with what is wrong says itself what was typed.
function take(part) {
  for (const form of [part, ...part.querySelectorAll("form")].filter(isKept)) {
    if (form.querySelector("[aria-invalid=true]")) typing(form);
    else if (goesTo(form) in kept) { fill(form, kept[goesTo(form)]); hold(form); }
  }
}

const after = (milliseconds) => new Promise((go) => setTimeout(go, milliseconds));

// A form cannot be sent again before its first "submit" has been told to everybody, hence the task between.
async function goOn(form, submitter) {
  waiting.add(form);
  await Promise.race([saved(), after(3000)]);
  await after(0);
  forget(form);
  waiting.delete(form);
  form.requestSubmit(submitter);
}

if (keeper) {
  take(document.body);
  document.addEventListener("htmx:load", ({ detail }) => detail.elt === document.body || take(detail.elt));
  for (const sign of ["input", "change"]) document.addEventListener(sign, (event) => event.isTrusted && typing(event.target.form));
  document.addEventListener("submit", (event) => {
    const form = event.target;
    delete kept[goesTo(form)];
    if (!isHeld(form)) return forget(form);
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!waiting.has(form)) goOn(form, event.submitter);
  }, true);
  document.addEventListener("click", ({ target }) => {
    const left = target.closest("form a.btn, [data-discard]")?.closest("form, dialog");
    leave(left ? [left, ...left.querySelectorAll("form")] : []);
  });
}
