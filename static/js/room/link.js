/**
 * One other person's link. Knows nothing of the page.
 *
 * Only one side of a pair ever makes offers (the newcomer); the other asks for one. Both sides
 * restarting ICE at once breaks Chromium and Firefox for good, and this rule cannot get there.
 * The lines of a connection are fixed, so switching a camera or sharing a screen replaces a track
 * and negotiates nothing.
 */
import { SCREEN, encoding } from "./limits.js";

export const LINES = ["mic", "camera", "screen", "sound"];
const KIND = { mic: "audio", camera: "video", screen: "video", sound: "audio" };
const GATHER_FOR = 60; // ms: candidates travel in batches
const WATCH_EVERY = 3000;
const PATIENCE = 4; // watches that a connection may take to come up
const MAX_RESTARTS = 5; // within RESTART_WINDOW; after that the connection is rebuilt
const RESTART_WINDOW = 60_000;
const STUCK_AFTER = 30_000;
const RESTART = 1;
const REBUILD = 2;

export class Link {
  #pc = null;
  #generation = 0;
  #queue = Promise.resolve();
  #batch = [];
  #flush = null;
  #troubled = 0;
  #troubledSince = 0;
  #restarts = [];
  #limit = null;
  #channel = null;
  #heardAt = 0;
  #closed = false;

  /** `offers`: whether we are the newcomer of the pair. `on`: {signal, reachable, tracks, status, told}. */
  constructor({ offers, config, tracks, on }) {
    this.offers = offers;
    this.config = config;
    this.outgoing = tracks;
    this.on = on;
    this.status = "connecting";
    this.#build();
    this.watchdog = setInterval(() => this.#watch(), WATCH_EVERY);
  }

  /** How often this link was made anew. */
  get generation() {
    return this.#generation;
  }

  /** The tracks we receive, by line. */
  get incoming() {
    const transceivers = this.#pc.getTransceivers();
    return Object.fromEntries(LINES.map((line, i) => [line, transceivers[i]?.receiver.track ?? null]));
  }

  /** A signal of the other side; signals are dealt with one after another. */
  receive(generation, data) {
    this.#queue = this.#queue.then(() => this.#take(generation, data)).catch(() => this.#askToRebuild());
    return this.#queue;
  }

  /** Send this track (or nothing) on a line from now on. */
  async setTrack(line, track) {
    this.outgoing = { ...this.outgoing, [line]: track };
    await this.#sender(line)?.replaceTrack(track).catch(() => {});
    await this.#applyLimits();
  }

  /** Keep our camera within a limit. */
  async limit(limit) {
    this.#limit = limit;
    await this.#applyLimits();
  }

  /** Fresh relay credentials: used from the next restart on. */
  configure(config) {
    this.config = config;
    this.#pc.setConfiguration({ ...config, bundlePolicy: "max-bundle" });
  }

  /** Tell the other page something directly; false while there is no way to. */
  tell(message) {
    if (this.#channel?.readyState !== "open") return false;
    this.#channel.send(JSON.stringify(message));
    return true;
  }

  /** How loud the other person is right now, 0 to 1. */
  level() {
    const receiver = this.#pc.getTransceivers()[0]?.receiver;
    const [source] = receiver?.getSynchronizationSources() ?? [];
    const heard = source && source.timestamp !== this.#heardAt;
    this.#heardAt = source?.timestamp;
    return heard ? (source.audioLevel ?? 0) : 0;
  }

  stats() {
    return this.#pc.getStats();
  }

  close() {
    this.#closed = true;
    clearInterval(this.watchdog);
    clearTimeout(this.#flush);
    this.#pc.close();
  }

  #build() {
    this.#pc?.close();
    this.#batch = [];
    this.#channel = null;
    const pc = new RTCPeerConnection({ ...this.config, bundlePolicy: "max-bundle" });
    this.#pc = pc;
    pc.addEventListener("icecandidate", ({ candidate }) => this.#gather(candidate));
    pc.addEventListener("connectionstatechange", () => this.#report());
    if (this.offers) this.#addLines();
  }

  #addLines() {
    for (const line of LINES) {
      const sender = this.#pc.addTransceiver(this.outgoing[line] ?? KIND[line], { direction: "sendrecv" }).sender;
      keepInStep(sender, line);
    }
    this.#openChannel();
    this.#pc.addEventListener("negotiationneeded", () => this.#enqueue(() => this.#offer()));
  }

  async #offer() {
    if (this.#pc.signalingState !== "stable") return;
    await this.#pc.setLocalDescription();
    this.#send({ d: this.#pc.localDescription });
  }

  async #take(generation, data) {
    if (this.#closed || generation < this.#generation) return;
    if (generation > this.#generation) this.#startGeneration(generation);
    if (data.d) await this.#describe(data.d);
    else if (data.c) await this.#addCandidates(data.c);
    else if (data.r && this.offers) await (data.r === REBUILD ? this.#rebuild() : this.#restart());
  }

  async #describe(description) {
    if (description.type === "answer" && this.#pc.signalingState !== "have-local-offer") return;
    await this.#pc.setRemoteDescription(description);
    if (description.type === "offer") await this.#answer();
    this.on.tracks(this.incoming);
    await this.#applyLimits();
  }

  async #answer() {
    this.#pc.getTransceivers().forEach((transceiver, i) => {
      transceiver.direction = "sendrecv";
      keepInStep(transceiver.sender, LINES[i]);
    });
    await Promise.all(LINES.map((line) => this.#sender(line)?.replaceTrack(this.outgoing[line] ?? null)));
    this.#openChannel(); // not earlier: it would ask for a negotiation of our own
    await this.#pc.setLocalDescription();
    this.#send({ d: this.#pc.localDescription });
  }

  async #addCandidates(candidates) {
    for (const candidate of candidates) {
      await this.#pc.addIceCandidate(candidate).catch(() => {}); // of a round that is over
    }
  }

  #openChannel() {
    if (this.#channel) return;
    this.#channel = this.#pc.createDataChannel("parley", { negotiated: true, id: 0 });
    this.#channel.addEventListener("message", ({ data }) => this.#told(data));
  }

  #told(data) {
    try {
      this.on.told(JSON.parse(data));
    } catch {
      // not ours to understand: a later version of the page may say more
    }
  }

  #gather(candidate) {
    if (!candidate) return;
    this.#batch.push(candidate);
    this.#flush ??= setTimeout(() => this.#sendCandidates(), GATHER_FOR);
  }

  #sendCandidates() {
    this.#flush = null;
    if (this.#batch.length && !this.#closed) this.#send({ c: this.#batch.splice(0) });
  }

  #send(data) {
    this.on.signal(this.#generation, data);
  }

  #report() {
    const state = this.#pc.connectionState;
    if (state === "connected") this.#healthy();
    else if (this.status === "connected" && state !== "connecting") this.#setStatus("reconnecting");
  }

  #healthy() {
    this.#troubled = 0;
    this.#troubledSince = 0;
    this.#setStatus("connected");
    this.#applyLimits();
  }

  #setStatus(status) {
    if (this.status === status || this.#closed) return;
    this.status = status;
    this.on.status(status);
  }

  #watch() {
    const state = this.#pc.connectionState;
    if (state === "connected") return;
    this.#troubled += 1;
    this.#troubledSince ||= Date.now();
    if (Date.now() - this.#troubledSince > STUCK_AFTER) this.#setStatus("stuck");
    if (this.#isDue(state)) this.#repair();
  }

  #isDue(state) {
    return state === "failed" || this.#troubled >= (state === "disconnected" ? 3 : PATIENCE);
  }

  #repair() {
    if (!this.on.reachable()) return; // without the server a repair only does harm
    this.#troubled = 0;
    if (this.offers) this.#enqueue(() => this.#restart());
    else this.#send({ r: RESTART });
  }

  async #restart() {
    const now = Date.now();
    this.#restarts = [...this.#restarts.filter((at) => now - at < RESTART_WINDOW), now];
    if (this.#restarts.length > MAX_RESTARTS) return this.#rebuild();
    if (this.#pc.signalingState === "stable") return this.#pc.restartIce();
    return this.#send({ d: this.#pc.localDescription }); // the offer or its answer was lost
  }

  async #rebuild() {
    this.#startGeneration(this.#generation + 1);
  }

  #startGeneration(generation) {
    this.#generation = generation;
    this.#restarts = [];
    this.#setStatus("reconnecting");
    this.#build();
  }

  #askToRebuild() {
    if (this.#closed) return;
    if (this.offers) this.#rebuild();
    else this.#send({ r: REBUILD });
  }

  #enqueue(step) {
    this.#queue = this.#queue.then(() => (this.#closed ? undefined : step())).catch(() => this.#askToRebuild());
  }

  #sender(line) {
    return this.#pc.getTransceivers()[LINES.indexOf(line)]?.sender;
  }

  async #applyLimits() {
    if (this.#limit) await setEncoding(this.#sender("camera"), this.#limit);
    await setEncoding(this.#sender("screen"), SCREEN);
  }
}

/** Voice and camera belong to one stream, and screen and its sound to another: they stay lip-synchronous. */
function keepInStep(sender, line) {
  const streams = { mic: voice, camera: voice, screen: shared, sound: shared };
  sender.setStreams?.(streams[line]);
}

const voice = new MediaStream();
const shared = new MediaStream();

async function setEncoding(sender, limit) {
  const parameters = sender?.track ? sender.getParameters() : null;
  if (!parameters?.encodings?.length) return;
  Object.assign(parameters.encodings[0], encoding(limit, sender.track.getSettings().height));
  await sender.setParameters(parameters).catch(() => {}); // a negotiation is under way; it is applied after it
}
