/** Standing messages above the stage: what is wrong now, and the one thing to do about it. */
import { find, show } from "./page.js";

const LINE_PATIENCE = 2000; // ms: most breaks mend themselves before anybody notices

let waiting = null;

export function banner(name, shown) {
  show(find(`[data-banner="${name}"]`), shown);
}

/** The line to the server went down or came back; `shown(bool)` hears what the person sees. */
export function lineBanner(line, shown) {
  if (line === "down") waiting ??= setTimeout(() => report(true, shown), LINE_PATIENCE);
  else {
    clearTimeout(waiting);
    waiting = null;
    report(false, shown);
  }
}

function report(down, shown) {
  if (find('[data-banner="line"]').hidden === !down) return;
  banner("line", down);
  shown(down);
}
