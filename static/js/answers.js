// When the server last answered this person, in this tab or another: each answer starts their quiet minutes anew.
const tabs = new BroadcastChannel("session");
let last = Date.now();

export const quietSeconds = () => (Date.now() - last) / 1000;

export function answered() {
  last = Date.now();
  tabs.postMessage(last);
}

tabs.addEventListener("message", ({ data }) => { last = Math.max(last, data); });
document.addEventListener("htmx:afterOnLoad", ({ detail }) => detail.elt.matches("[data-quiet]") || answered());
