/** The line to the server: says hello, keeps itself alive, comes back when it breaks. */

const FIRST_WAIT = 300;
const LONGEST_WAIT = 5000;
const PING_EVERY = 20_000;
const SILENCE = 30_000;
const FINAL = new Set([4000, 4001, 4003, 4004, 4008, 4009]);

/** How long to wait before try number `tries`: doubling, capped, and spread so that not all come at once. */
export function backOff(tries, random = Math.random) {
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries);
  return wait * (0.7 + 0.6 * random());
}

export class RoomSocket {
  #socket = null;
  #tries = 0;
  #timer = null;
  #ping = null;
  #heardAt = 0;
  #closed = false;

  /** `on`: {hello() → the first message, message(message), status("up" | "down"), refused(code)}. */
  constructor(url, on) {
    this.url = url;
    this.on = on;
    window.addEventListener("online", () => this.#retryNow());
    document.addEventListener("visibilitychange", () => this.#retryNow());
  }

  connect() {
    clearTimeout(this.#timer);
    this.#timer = null;
    const socket = new WebSocket(this.url);
    this.#socket = socket;
    socket.addEventListener("open", () => this.#opened());
    socket.addEventListener("message", ({ data }) => this.#heard(socket, data));
    socket.addEventListener("close", ({ code }) => this.#lost(socket, code));
  }

  /** Send a message; false when there is nobody to send it to right now. */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Say hello again on the same line: the server may have lost something. */
  hello() {
    this.send(this.on.hello());
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#ping);
    this.#socket?.close(1000);
  }

  #opened() {
    this.#heardAt = Date.now();
    this.hello();
    clearInterval(this.#ping);
    this.#ping = setInterval(() => this.#keepAlive(), PING_EVERY);
  }

  #heard(socket, data) {
    if (socket !== this.#socket) return;
    this.#heardAt = Date.now();
    const message = JSON.parse(data);
    if (message.t === "welcome") this.#tries = 0;
    this.on.message(message);
  }

  #keepAlive() {
    if (Date.now() - this.#heardAt > SILENCE + PING_EVERY) this.#abandon();
    else this.send({ t: "ping", n: Date.now() });
  }

  /** A line that went dead without closing, as after a laptop's sleep. */
  #abandon() {
    const socket = this.#socket;
    socket.close();
    this.#lost(socket, 1006);
  }

  #lost(socket, code) {
    if (socket !== this.#socket || this.#closed) return;
    this.#socket = null;
    clearInterval(this.#ping);
    if (FINAL.has(code)) {
      this.#closed = true;
      this.on.refused(code);
      return;
    }
    this.on.status("down");
    this.#timer = setTimeout(() => this.connect(), backOff(this.#tries));
    this.#tries += 1;
  }

  #retryNow() {
    if (this.#timer && !document.hidden) this.connect();
    else if (this.#socket && !document.hidden && Date.now() - this.#heardAt > SILENCE + PING_EVERY) this.#abandon();
  }
}
