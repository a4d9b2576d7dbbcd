// A browser works in one practice at a time. When one tab shows another practice, every tab of the one before goes blank.
const here = document.body.dataset.practice;
const tabs = new BroadcastChannel("practice");

function leave({ data }) {
  if (!here || data === here) return;
  document.body.replaceChildren();
  location.assign("/");
}

tabs.addEventListener("message", leave);
if (here) tabs.postMessage(here);
