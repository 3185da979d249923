/** The sound of everybody else: an element per voice, and the browser's leave to play it. */
import { choices } from "../choices.js";
import { find } from "./page.js";

export class Voices {
  #players = new Map();

  /** `blocked(bool)` hears whether the browser keeps us silent. */
  constructor({ blocked }) {
    this.blocked = blocked;
    this.box = find("[data-voices]");
  }

  /** Play this track from now on; null stops it. */
  play(key, track) {
    if (!track) return this.stop(key);
    const player = this.#players.get(key) ?? this.#add(key);
    if (player.srcObject?.getTracks()[0] !== track) player.srcObject = new MediaStream([track]);
    return this.#start(player);
  }

  stop(key) {
    this.#players.get(key)?.remove();
    this.#players.delete(key);
  }

  /** Stop those whose page is gone. */
  keep(ids) {
    for (const key of [...this.#players.keys()]) if (!ids.has(key.split(":")[0])) this.stop(key);
  }

  /** Try all of them again, now that the person has pressed something. */
  async resume() {
    this.blocked(false);
    await Promise.all([...this.#players.values()].map((player) => this.#start(player)));
  }

  /** Send the sound to another speaker. */
  async choose(speakerId) {
    await Promise.all([...this.#players.values()].map((player) => player.setSinkId?.(speakerId).catch(() => {})));
  }

  #add(key) {
    const player = new Audio();
    player.autoplay = true;
    player.setSinkId?.(choices().speakerId).catch(() => {});
    this.#players.set(key, player);
    this.box.append(player);
    return player;
  }

  async #start(player) {
    try {
      await player.play();
    } catch (error) {
      if (error.name === "NotAllowedError") this.blocked(true);
    }
  }
}
