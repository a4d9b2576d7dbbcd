// A minute before the session ends a warning counts down; then the page goes blank.
// The server decides when a session ends; this only reads the numbers that it rendered.
import { answered, quietSeconds } from "./answers.js";

const warning = document.querySelector("dialog[data-idle]");
const form = warning?.querySelector("[data-stay]");

function leave() {
  document.body.replaceChildren();
  location.assign(warning.dataset.after);
}

function tick() {
  const countdown = Number(warning.dataset.idle);
  const left = Math.ceil(Number(warning.dataset.warnAfter) + countdown - quietSeconds());
  if (left <= 0) return leave();
  if (left > countdown) return warning.close();
  if (!warning.open) {
    warning.showModal();
    form.querySelector("button").focus();
  }
  warning.querySelector("[data-seconds]").textContent = left;
  if (left === 30 || left === 10) warning.querySelector("[data-said]").textContent = `${left} seconds left.`;
}

async function stay(event) {
  event.preventDefault();
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
  if (!answer.ok || answer.redirected) return leave();
  answered();
  warning.close();
}

if (warning) {
  answered();
  setInterval(tick, 1000);
  form.addEventListener("submit", stay);
  warning.addEventListener("cancel", () => form.requestSubmit());
}
