// The answer to a sent form is no page to come back to: a browser would keep what was sent to ask for it again, and
// write it to its disk within seconds. This makes it a page that is simply asked for, before anything else is loaded.
history.replaceState(history.state, "", location.href);
