/** One stay in the room: the server's news, this person's media and the links, held together. */
import { Mesh } from "./mesh.js";
import { EMPTY, me, others, reduce } from "./room.js";
import { RoomSocket } from "./socket.js";

const REJOIN = "parley.rejoin";
const PAST_THE_DOOR = { 4000: "left", 4001: "other", 4003: "kicked", 4004: "ended", 4008: "replaced", 4009: "other" };

/** Events: change {before, after}, tracks {id, tracks}, refused {code, re}. */
export class Session extends EventTarget {
  state = EMPTY;
  #resume = "";
  #self = "";

  constructor({ ticket, media, door }) {
    super();
    this.ticket = ticket;
    this.media = media;
    this.door = door;
    this.mesh = new Mesh({
      signal: (to, g, d) => this.socket.send({ t: "signal", to, g, d }),
      reachable: () => this.state.line === "up",
      tracks: (id, tracks) => this.#tell("tracks", { id, tracks }),
      status: (id, status) => this.dispatch({ t: "link", id, status }),
      told: (id, { media: sent, hand }) => this.dispatch({ t: "told", id, media: sent, hand }),
    });
    this.socket = new RoomSocket(socketAddress(ticket.ws), {
      hello: () => this.#hello(),
      message: (message) => this.#heard(message),
      status: (line) => this.dispatch({ t: "line", line }),
      refused: (code) => this.dispatch({ t: "over", why: PAST_THE_DOOR[code] ?? "other" }),
    });
    this.#wire();
  }

  start() {
    this.socket.connect();
  }

  /** Ask the server for something; false when there is no line to it. */
  ask(t, fields = {}) {
    return this.state.line === "up" && this.socket.send({ t, ...fields });
  }

  /** Say something in the chat. What cannot be sent now is sent when the line is back. */
  say(words) {
    const cid = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    this.dispatch({ t: "say", cid, text: words });
    this.ask("chat", { text: words, cid });
  }

  raiseHand(hand) {
    this.#publish({ hand });
  }

  /** Go, and tell the others now rather than after the grace time. */
  leave() {
    if (!this.ask("leave")) this.#goOffline();
    this.dispatch({ t: "over", why: "left" });
  }

  dispatch(message) {
    const before = this.state;
    this.state = reduce(before, message);
    if (this.state === before) return;
    if (this.state.phase === "over") this.#close();
    this.#tell("change", { before, after: this.state });
  }

  #wire() {
    this.media.addEventListener("track", ({ detail }) => this.mesh.setTrack(detail.line, detail.track));
    this.media.addEventListener("state", ({ detail }) => this.#publish({ media: detail }));
    window.addEventListener("pagehide", () => this.#goOffline());
  }

  #hello() {
    const { token, v } = this.ticket;
    const hello = { t: "hello", v, token, media: this.media.on };
    if (this.#resume) return { ...hello, resume: this.#resume };
    const replaces = remembered(this.door)?.resume;
    return replaces ? { ...hello, replaces } : hello;
  }

  #heard(message) {
    const hand = Boolean(me(this.state)?.hand);
    const answer = {
      welcome: () => this.#welcomed(message, hand),
      signal: () => this.mesh.receive(message),
      ice: () => this.#configure(message),
      resync: () => this.socket.hello(),
      error: () => this.#tell("refused", message),
    }[message.t];
    this.dispatch(message);
    answer?.();
    if (["joined", "left", "state"].includes(message.t)) this.#follow();
  }

  #welcomed(message, hand) {
    if (this.#self && this.#self !== message.self) this.mesh.close(); // we were away too long: all links are new
    this.#self = message.self;
    this.#resume = message.resume;
    this.#configure(message);
    this.#follow();
    this.#catchUp(hand);
    remember(this.door, { resume: message.resume, pid: message.self, name: me(this.state)?.name });
  }

  /** What the server missed of us, while we said hello or were away. */
  #catchUp(hand) {
    this.#publish({ media: this.media.on, hand });
    for (const { cid, text, pending, failed } of this.state.chat) {
      if (pending && !failed) this.ask("chat", { text, cid });
    }
  }

  #follow() {
    if (this.state.phase !== "in") return;
    this.mesh.follow(me(this.state).seq, others(this.state));
  }

  #configure({ ice = [], relay_only: relayOnly }) {
    this.relayOnly = relayOnly ?? this.relayOnly;
    this.mesh.configure({ iceServers: ice, iceTransportPolicy: this.relayOnly ? "relay" : "all" });
  }

  /** Ours changed: here at once, to everybody through the server, or directly while it is away. */
  #publish(changes) {
    if (this.state.phase !== "in") return;
    this.dispatch({ t: "told", id: this.state.self, ...changes });
    if (!this.ask("state", changes)) this.mesh.tell(changes);
  }

  #goOffline() {
    if (!this.#resume || this.state.phase !== "in") return;
    navigator.sendBeacon(this.ticket.leave, new URLSearchParams({ resume: this.#resume }));
  }

  #close() {
    forget();
    this.mesh.close();
    this.media.close();
    setTimeout(() => this.socket.close(), 300); // the last word is still on its way
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function socketAddress(path) {
  const address = new URL(path, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return address.href;
}

function remembered(door) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(REJOIN));
    return kept?.door === door ? kept : null;
  } catch {
    return null;
  }
}

function remember(door, values) {
  try {
    sessionStorage.setItem(REJOIN, JSON.stringify({ door, ...values }));
  } catch {
    // nothing may be kept here: a reload then asks at the door again
  }
}

function forget() {
  try {
    sessionStorage.removeItem(REJOIN);
  } catch {
    // nothing was kept
  }
}
