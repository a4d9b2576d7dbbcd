// A client's own page goes after ten minutes without another one: the visit is over by then, and a phone
// may lie about. The server decides in any case.
const { visit } = document.body.dataset;
const QUIET = 600_000;
const until = Date.now() + QUIET;

function look() {
  if (Date.now() < until) return;
  document.body.replaceChildren();
  location.replace(visit);
}

if (visit) {
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
  for (const sign of ["pageshow", "focus"]) addEventListener(sign, look);
}
