// A passkey: the server asks, the device answers, and the form goes on with the answer in it.
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (keys) => keys?.map((key) => ({ ...key, id: bytes(key.id) }));
const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
const answered = new WeakSet();

async function answer(url, token) {
  const asked = await (await fetch(url, { method: "POST", headers: { "X-CSRFToken": token } })).json();
  const publicKey = { ...asked.options, challenge: bytes(asked.options.challenge) };
  publicKey.allowCredentials = named(publicKey.allowCredentials);
  publicKey.excludeCredentials = named(publicKey.excludeCredentials);
  if (asked.is_new) publicKey.user = { ...publicKey.user, id: bytes(publicKey.user.id) };
  const key = await navigator.credentials[asked.is_new ? "create" : "get"]({ publicKey });
  const parts = PARTS.filter((part) => key.response[part]).map((part) => [part, text(key.response[part])]);
  const { id, type } = key;
  return JSON.stringify({ asked: asked.id, id, type, rawId: text(key.rawId), response: Object.fromEntries(parts) });
}

document.addEventListener("submit", async (event) => {
  const form = event.target, button = event.submitter, said = form.querySelector("[data-passkey-said]");
  if (!button?.dataset.passkey || answered.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  said.textContent = said.dataset.asking;
  try {
    form.querySelector("[data-answer]").value = await answer(button.dataset.passkey, form.csrfmiddlewaretoken.value);
    said.textContent = "";
    answered.add(form);
  } catch (refusal) {
    said.textContent = refusal.name === "InvalidStateError" ? said.dataset.known : said.dataset.failed;
  }
  button.ariaBusy = "false";
  if (answered.has(form)) form.requestSubmit(button);
}, true);
