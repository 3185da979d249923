/** What one sees when it is over, and where to go from there. */
import { has, find, put, show, text } from "./page.js";

const BACK = new Set(["left", "full", "locked", "reload", "bad_token", "too_many", "other"]);

/** Show the last page of a stay. */
export function showEnding(why, { isHost = false, seats = 0 } = {}) {
  const key = has(`over_${why}`) ? `over_${why}` : "over_other";
  put(find("[data-ending-title]"), text(key, { n: seats }));
  put(find("[data-ending-more]"), text(`${key}_more`));
  const hint = isHost && why === "full" ? text("over_full_host") : "";
  put(find("[data-ending-host]"), hint);
  show(find("[data-ending-host]"), Boolean(hint));
  nameDoor(why);
  find("[data-room]").hidden = true;
  show(find("[data-ending]"), true);
  find("[data-ending]").dataset.why = why;
  find("[data-ending-title]").focus();
  if (why === "moved") location.assign(find("[data-ending-door]").href); // it takes them in
}

function nameDoor(why) {
  const door = find("[data-ending-door]");
  const { back, look, take } = door.dataset;
  put(door, why === "replaced" ? take : BACK.has(why) ? back : look);
  show(door, !["kicked", "denied", "ended", "hostless"].includes(why));
}
