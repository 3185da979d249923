/** All links of this page: one to each other person in the room. */
import { cameraLimit } from "./limits.js";
import { LINES, Link } from "./link.js";

export class Mesh {
  #links = new Map();
  #peers = new Map();
  #seq = 0;
  #config = {};
  #outgoing = Object.fromEntries(LINES.map((line) => [line, null]));

  /** `on`: {signal(id, g, d), reachable(), tracks(id, tracks), status(id, status), told(id, message)}. */
  constructor(on) {
    this.on = on;
  }

  /** Relay and address servers, from the room. */
  configure(config) {
    this.#config = config;
    for (const link of this.#links.values()) link.configure(config);
  }

  /** Open a link to everybody who is here, close those to people who are not. */
  follow(mySeq, others) {
    this.#seq = mySeq;
    this.#peers = new Map(others.map((peer) => [peer.id, peer]));
    for (const id of this.#links.keys()) if (!this.#peers.has(id)) this.#drop(id);
    for (const peer of others) if (!this.#links.has(peer.id)) this.#open(peer);
    this.#enforceMutes();
    this.#limit();
  }

  /** A signal from one of them; strangers have no link, and are not heard. */
  receive({ from, g, d }) {
    this.#links.get(from)?.receive(g, d);
  }

  setTrack(line, track) {
    this.#outgoing[line] = track;
    return Promise.all([...this.#links.values()].map((link) => link.setTrack(line, track)));
  }

  /** Tell every page something directly, past the server. */
  tell(message) {
    for (const link of this.#links.values()) link.tell(message);
  }

  level(id) {
    return this.#links.get(id)?.level() ?? 0;
  }

  link(id) {
    return this.#links.get(id);
  }

  close() {
    for (const id of [...this.#links.keys()]) this.#drop(id);
  }

  #open(peer) {
    const { id } = peer;
    const link = new Link({
      offers: this.#seq > peer.seq,
      config: this.#config,
      tracks: { ...this.#outgoing },
      on: {
        signal: (g, d) => this.on.signal(id, g, d),
        reachable: () => this.on.reachable(),
        tracks: (tracks) => this.#received(id, tracks),
        status: (status) => this.on.status(id, status),
        told: (message) => this.on.told(id, message),
      },
    });
    this.#links.set(id, link);
  }

  #drop(id) {
    this.#links.get(id)?.close();
    this.#links.delete(id);
  }

  #received(id, tracks) {
    this.#enforceMutes();
    this.on.tracks(id, tracks);
  }

  /** A host's mute holds because everybody else stops listening, whatever the muted page does. */
  #enforceMutes() {
    for (const [id, link] of this.#links) {
      const { mic, camera } = link.incoming;
      const { forced } = this.#peers.get(id) ?? {};
      if (mic) mic.enabled = !forced?.audio;
      if (camera) camera.enabled = !forced?.video;
    }
  }

  #limit() {
    const limit = cameraLimit(this.#links.size + 1);
    for (const link of this.#links.values()) link.limit(limit);
  }
}
