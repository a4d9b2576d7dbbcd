// When this person was last answered, in this tab or another: their quiet minutes count from when they asked.
// The wall clock counts on while a laptop sleeps; no timer does.
const tabs = new BroadcastChannel("session");
const asked = new WeakMap();
let last = Date.now() - performance.now();

export const quietSeconds = () => (Date.now() - last) / 1000;

export function answered(since) {
  last = Math.max(last, since);
  tabs.postMessage(last);
}

// Only whoever is signed in nowhere in this browser is shown the page for signing in.
export const tellSignedOut = () => tabs.postMessage("out");

tabs.addEventListener("message", ({ data }) => {
  if (data === "out") document.dispatchEvent(new Event("session:out"));
  else last = Math.max(last, Math.min(data, Date.now()));
});

document.addEventListener("htmx:beforeSend", ({ detail }) => asked.set(detail.xhr, Date.now()));
document.addEventListener("htmx:afterOnLoad", ({ detail }) => {
  if (!detail.elt.matches("[data-quiet]")) answered(asked.get(detail.xhr) ?? last);
});
