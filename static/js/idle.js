// Before the session ends a warning counts down; then the page goes blank. The server decides when that is.
import { answered, quietSeconds } from "./answers.js";
import { leave } from "./leave.js";

const warning = document.querySelector("dialog[data-idle]");
const form = warning?.querySelector("[data-stay]");
const began = Date.now() - performance.now();

function tick() {
  const { idle, warnAfter, endsIn } = warning.dataset;
  const quiet = Number(warnAfter) + Number(idle) - quietSeconds();
  const hours = Number(endsIn) - (Date.now() - began) / 1000;
  const [left, why] = hours < quiet ? [Math.ceil(hours), "hours"] : [Math.ceil(quiet), "idle"];
  if (left <= 0) return leave(why);
  if (left > Number(idle)) return warning.close();
  warning.querySelectorAll("[data-when]").forEach((part) => { part.hidden = part.dataset.when !== why; });
  warning.querySelectorAll("[data-seconds]").forEach((part) => { part.textContent = left; });
  if (left === 30 || left === 10) warning.querySelector("[data-said]").textContent = `${left} seconds left.`;
  if (warning.open) return;
  document.dispatchEvent(new Event("session:warning"));
  warning.showModal();
}

async function stay(event) {
  event.preventDefault();
  const [since, body] = [Date.now(), new FormData(form)];
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (answer?.type === "opaqueredirect") return leave("idle");
  if (answer?.ok) answered(since);
  tick();
}

if (warning) {
  answered(began);
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
  for (const sign of ["pageshow", "focus", "online"]) addEventListener(sign, tick);
  form.addEventListener("submit", stay);
  document.addEventListener("cancel", ({ target }) => target === warning && form.requestSubmit(), true);
}
