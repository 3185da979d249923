/** The bar at the bottom. */
import { hosts, mayShare, me } from "../room.js";
import { canShare } from "../devices.js";
import { find, findAll, put, show } from "./page.js";

export class Controls {
  constructor({ session, media, actions }) {
    this.session = session;
    this.media = media;
    this.buttons = Object.fromEntries(findAll("[data-control]").map((button) => [button.dataset.control, button]));
    for (const [name, button] of Object.entries(this.buttons)) button.addEventListener("click", () => actions[name]());
    show(this.buttons.screen, canShare());
    show(find("[data-menu-share]"), canShare());
    this.level = find("[data-own-level]");
  }

  draw(state) {
    const mine = me(state) ?? {};
    this.#toggle("mic", this.media.on.audio, mine.forced?.audio);
    this.#toggle("camera", this.media.on.video, mine.forced?.video);
    this.#toggle("screen", this.media.on.screen, !mayShare(state) && !this.media.on.screen);
    this.#toggle("hand", Boolean(mine.hand));
    this.buttons.leave.dataset.host = hosts(mine);
  }

  showLevel(level) {
    this.level.value = level;
  }

  /** A control is named for what it does next. */
  #toggle(name, on, forced = false) {
    const button = this.buttons[name];
    const { on: whenOn, off: whenOff, forced: whenForced } = button.dataset;
    const label = forced && !on ? whenForced : on ? whenOn : whenOff;
    button.setAttribute("aria-pressed", String(on));
    button.classList.toggle("control--forced", Boolean(forced));
    button.setAttribute("aria-disabled", String(Boolean(forced)));
    put(find("[data-label]", button), label);
    button.title = label + (button.ariaKeyShortcuts ? ` (${button.ariaKeyShortcuts})` : "");
  }
}
