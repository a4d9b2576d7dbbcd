// Each text that is to become markup is looked through first, and refused whole if anything in it could run.
// htmx parses what the server sends; nothing else writes markup, and nothing at all writes code.
const RUNNING = "script:not([src]), iframe, frame, object, embed, base, meta[http-equiv]";
const ADDRESSES = new Set(["href", "xlink:href", "src", "action", "formaction", "data"]);

function isOurs(address) {
  return !URL.canParse(address, location)
    || new URL(address, location).origin === location.origin
    || /^(mailto|tel):/i.test(address);
}

function isInert(element) {
  return !element.matches(RUNNING)
    && element.getAttributeNames().every((name) =>
      !/^((data-)?hx-)?on/i.test(name) && (!ADDRESSES.has(name) || isOurs(element.getAttribute(name))))
    && (element.localName !== "template" || areInert(element.content));
}

const areInert = (root) => [...root.querySelectorAll("*")].every(isInert);

if (window.trustedTypes) {
  const inspected = window.trustedTypes.createPolicy("inspected", { createHTML: (text) => text });
  window.trustedTypes.createPolicy("default", {
    createHTML: (text) =>
      areInert(new DOMParser().parseFromString(inspected.createHTML(text), "text/html")) ? text : null,
  });
}
