// Light or dark: shown on the spot and kept with the person by the server. Nothing is stored in the browser.
const root = document.documentElement;

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-theme-form]")) return;
  event.preventDefault();
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.theme = (root.dataset.theme || system) === "dark" ? "light" : "dark";
  const body = new FormData(event.target);
  body.set("theme", root.dataset.theme);
  fetch(event.target.action, { method: "POST", body, redirect: "manual" });
});
