// A page that comes back from the back/forward cache may belong to a session that has ended: nothing of it waits
// there to be seen, and it is asked for anew. Nor does a tab that the browser has put to sleep show anything.
import { blank } from "./leave.js";

addEventListener("pagehide", (event) => event.persisted && blank());
addEventListener("pageshow", (event) => event.persisted && location.reload());
document.addEventListener("freeze", () => { document.documentElement.hidden = true; });
document.addEventListener("resume", () => { document.documentElement.hidden = false; });
