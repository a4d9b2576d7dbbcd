// A page that comes back from the back/forward cache may belong to a session that has ended.
addEventListener("pageshow", (event) => event.persisted && location.reload());
