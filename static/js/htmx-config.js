// htmx under the strict policy: no styles or code of its own, no page kept in the browser, and an answer that says
// what is wrong (422) or that someone was first (409) is shown in place.
import "./trusted-types.js";

if (window.htmx) {
  Object.assign(window.htmx.config, {
    allowEval: false,
    allowScriptTags: false,
    historyCacheSize: 0,
    includeIndicatorStyles: false,
    refreshOnHistoryMiss: true,
    selfRequestsOnly: true,
    responseHandling: [
      { code: "204", swap: false },
      { code: "[23]..", swap: true },
      { code: "409|422", swap: true },
      { code: "[45]..", swap: false, error: true },
    ],
  });
}
