/** Says what happens to people who do not see it: politely, or at once where it cannot wait. */
import { find } from "./page.js";

const AT_MOST_EVERY = 3000; // ms: comings and goings of a large room must not talk over people

export class Announcer {
  #queue = [];
  #timer = null;
  #spokeAt = 0;

  polite(sentence) {
    this.#queue.push(sentence);
    const wait = Math.max(0, this.#spokeAt + AT_MOST_EVERY - Date.now());
    this.#timer ??= setTimeout(() => this.#speak(), wait);
  }

  now(sentence) {
    find("[data-say-now]").textContent = sentence;
  }

  #speak() {
    this.#timer = null;
    this.#spokeAt = Date.now();
    find("[data-say]").textContent = this.#queue.splice(0).join(". ");
  }
}
