// The way out: first the page goes blank, then it leads to signing in, and from there back to where it was.
import { tellSignedOut } from "./answers.js";

const session = document.querySelector("dialog[data-idle]")?.dataset;
const page = document.querySelector("[data-drafts] [name=page]")?.value;

export function blank() {
  document.title = "Quietledger";
  document.body.replaceChildren();
}

export function leave(why) {
  document.dispatchEvent(new Event("session:leaving"));
  blank();
  const query = new URLSearchParams(why && { why });
  if (why && page) query.set("next", page);
  location.replace(`${session.signIn}?${query}`);
}

if (session) document.addEventListener("session:out", () => leave(""));
if (document.querySelector("[data-signed-out]")) tellSignedOut();
