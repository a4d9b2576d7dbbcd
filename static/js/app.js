// Everything is small and optional: each page works as plain forms and links when none of this loads.
import "./htmx-config.js";
import "./theme.js";
import "./dialog.js";
import "./keys.js";
import "./search.js";
import "./table-keys.js";
import "./grid-keys.js";
import "./picks.js";
import "./swap.js";
import "./passkey.js";
import "./copy.js";
import "./kept.js";
import "./busy.js";
import "./idle.js";
import "./back.js";
import "./practice.js";
import "./visit.js";
