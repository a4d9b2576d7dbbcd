// What is being typed is kept by the server, sealed, so that it outlives a session that ends; never in the browser.
import { entries, isKept } from "./typed.js";

export const keeper = document.querySelector("[data-drafts]");
const held = new Set();
let [isSaved, timer, sending] = [true, 0];

function save() {
  clearTimeout(timer);
  isSaved = true;
  const body = new URLSearchParams([...new FormData(keeper), ...[...held].flatMap(entries)]);
  sending = fetch(keeper.action, { method: "POST", body, keepalive: true, redirect: "manual" })
    .then(({ status }) => { if (status >= 500) later(10_000); }, () => later(10_000));
}

function later(milliseconds) {
  clearTimeout(timer);
  [isSaved, timer] = [false, setTimeout(save, milliseconds)];
}

export const isHeld = (form) => held.has(form);
export const hold = (form) => held.add(form);
export const leave = (forms) => forms.filter(forget).length && save();
export function forget(form) {
  clearTimeout(timer);
  return form === keeper ? held.clear() : held.delete(form);
}

export function typing(form) {
  held.forEach((other) => other.isConnected || held.delete(other));
  if (isKept(form)) { hold(form); later(2000); }
}

export async function saved() {
  if (!isSaved && held.size) save();
  await sending;
}

for (const sign of ["session:leaving", "session:warning", "visibilitychange"]) document.addEventListener(sign, saved);
addEventListener("pagehide", saved);
