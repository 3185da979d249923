/** The lists of cameras, microphones and speakers, wherever they are shown. */
import { choices, choose } from "../choices.js";
import { canChooseSpeaker, list } from "../devices.js";
import { find, show, text } from "./page.js";

const KINDS = { camera: "videoinput", mic: "audioinput", speaker: "audiooutput" };

export class DevicePicker {
  /** `changed(line, choice)` hears of another device, `saver(on)` of the smaller picture. */
  constructor(root, { changed, saver }) {
    this.root = root;
    for (const line of Object.keys(KINDS)) {
      const select = this.#select(line);
      select?.addEventListener("change", () => changed(line, choose({ [`${line}Id`]: select.value })));
    }
    const box = find("[data-saver]", root);
    box?.addEventListener("change", () => saver(choose({ saver: box.checked }).saver));
    navigator.mediaDevices?.addEventListener("devicechange", () => this.refresh());
  }

  /** Show what is plugged in now. Names come only once the browser may use a device. */
  async refresh() {
    const found = await list();
    for (const [line, kind] of Object.entries(KINDS)) this.#fill(line, found[kind]);
    show(find("[data-speaker-field]", this.root), canChooseSpeaker() && found.audiooutput.length > 0);
    const box = find("[data-saver]", this.root);
    if (box) box.checked = choices().saver;
  }

  #fill(line, devices) {
    const select = this.#select(line);
    if (!select) return;
    const chosen = choices()[`${line}Id`];
    const options = devices
      .filter(({ deviceId }) => deviceId !== "default" && deviceId !== "communications")
      .map(({ deviceId, label }, i) => new Option(label || text("device_n", { n: i + 1 }), deviceId));
    select.replaceChildren(new Option(text("default_device"), ""), ...options);
    select.value = devices.some(({ deviceId }) => deviceId === chosen) ? chosen : "";
  }

  #select(line) {
    return find(`[data-device="${line}"]`, this.root);
  }
}
