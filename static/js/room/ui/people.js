/** The people panel: who is here, who waits, and what a host may do about it. */
import { hosts, me, sends } from "../room.js";
import { counted, find, findAll, initials, keepFocus, keyed, piece, put, show, text, tone } from "./page.js";

const FLAGS = {
  locked: (session, on) => session.ask(on ? "lock" : "unlock"),
  chat_open: (session, on) => session.ask("chat_open", { on }),
  participants_share: (session, on) => session.ask("share_open", { on }),
  waiting_room: (session, who) => session.ask("waiting_room", { who }),
};

const ANSWERED_WITHIN = 2000; // ms: until then a switch stays where the host put it

export class People {
  #asked = new Map(); // flag → the value asked for

  constructor({ session, remove, refused }) {
    this.session = session;
    this.remove = remove;
    this.ask = (t, fields) => session.ask(t, fields) || refused();
    find("[data-admit-all]").addEventListener("click", () => this.ask("admit", { id: "all" }));
    find("[data-mute-all]").addEventListener("click", () => this.ask("mute", { id: "all", kind: "audio", on: true }));
    for (const control of findAll("[data-flag]")) control.addEventListener("change", () => this.#switch(control));
  }

  draw(state) {
    const mine = me(state);
    for (const part of findAll("[data-hosts-only]")) show(part, hosts(mine));
    this.#drawCounts(state);
    keepFocus(find('[data-section="people"]'), find("[data-panel-title]"), () => {
      this.#drawWaiting(state.waiting);
      this.#drawRoster(state, mine);
    });
    this.#drawFlags(state.room);
  }

  #drawCounts({ peers, waiting }) {
    put(find("[data-count]"), counted("people", peers.length));
    put(find("[data-inside-count]"), String(peers.length));
    put(find("[data-waiting-count]"), String(waiting.length));
    const knocking = find("[data-knocking]");
    put(knocking, String(waiting.length));
    show(knocking, waiting.length > 0);
  }

  #drawWaiting(waiting) {
    show(find("[data-waiting-part]"), waiting.length > 0);
    show(find("[data-admit-all]"), waiting.length > 1);
    keyed(find("[data-waiting]"), waiting, {
      create: ({ id, name }) => this.#newWaiting(id, name),
      update: (row, person) => updateWaiting(row, person),
    });
  }

  #drawRoster(state, mine) {
    keyed(find("[data-people-list]"), state.peers, {
      create: ({ id }) => this.#newPerson(id),
      update: (row, peer) => updatePerson(row, peer, { mine, link: state.links[peer.id] }),
    });
  }

  #drawFlags(room) {
    for (const control of findAll("[data-flag]")) {
      const { flag } = control.dataset;
      if (this.#asked.get(flag) === room[flag]) this.#asked.delete(flag);
      const value = this.#asked.get(flag) ?? room[flag];
      if (control.type === "checkbox") control.checked = Boolean(value);
      else control.value = value ?? "guests";
    }
  }

  #switch(control) {
    const value = control.type === "checkbox" ? control.checked : control.value;
    const { flag } = control.dataset;
    if (FLAGS[flag](this.session, value)) this.#asked.set(flag, value);
    setTimeout(() => this.#settle(flag), ANSWERED_WITHIN);
    this.#drawFlags(this.session.state.room);
  }

  /** No answer is an answer: the switch shows what holds. */
  #settle(flag) {
    this.#asked.delete(flag);
    this.#drawFlags(this.session.state.room);
  }

  #newWaiting(id, name) {
    const row = piece("waiting");
    for (const answer of ["admit", "deny"]) {
      const button = find(`[data-${answer}]`, row);
      button.setAttribute("aria-label", text(`${answer}_name`, { name }));
      button.addEventListener("click", () => this.ask(answer, { id }));
    }
    return row;
  }

  #newPerson(id) {
    const row = piece("person");
    const actions = {
      mute: (peer) => this.ask("mute", { id, kind: "audio", on: !peer.forced?.audio }),
      camera: (peer) => this.ask("mute", { id, kind: "video", on: !peer.forced?.video }),
      lower: () => this.ask("lower_hand", { id }),
      role: (peer) => this.ask("role", { id, role: hosts(peer) ? "participant" : "cohost" }),
      remove: (peer) => this.remove(peer),
    };
    for (const button of findAll("[data-do]", row)) {
      button.addEventListener("click", () => this.#act(row, id, actions[button.dataset.do]));
    }
    return row;
  }

  #act(row, id, action) {
    const peer = this.session.state.peers.find((each) => each.id === id);
    find("[data-menu]", row).open = false;
    find("summary", row).focus();
    if (peer) action(peer);
  }
}

function updateWaiting(row, { name, since }) {
  const minutes = since ? Math.floor((Date.now() - new Date(since)) / 60_000) : 0;
  whoIs(row, name);
  put(find("[data-since]", row), minutes > 0 ? text("waiting_since", { n: minutes }) : text("waiting_now"));
}

function updatePerson(row, peer, { mine, link }) {
  const own = peer.id === mine?.id;
  whoIs(row, own ? text("you", { name: peer.name }) : peer.name, peer.name);
  put(find("[data-role]", row), [text(peer.role), peer.invited && text("invited")].filter(Boolean).join(" · "));
  const stuck = link === "stuck";
  show(find("[data-trouble]", row), stuck || link === "reconnecting" || !peer.online);
  put(find("[data-trouble]", row), stuck ? text("stuck", { name: peer.name }) : text("reconnecting"));
  drawSigns(row, peer);
  const menu = find("[data-menu]", row);
  show(menu, hosts(mine) && !own);
  if (!menu.hidden) drawMenu(menu, peer);
}

function drawSigns(row, peer) {
  show(find("[data-hand]", row), Boolean(peer.hand));
  show(find("[data-screen]", row), Boolean(peer.media?.screen));
  show(find("[data-camera-on]", row), sends(peer, "video"));
  show(find("[data-camera-off]", row), !sends(peer, "video"));
  show(find("[data-mic-on]", row), sends(peer, "audio"));
  show(find("[data-mic-off]", row), !sends(peer, "audio"));
}

function drawMenu(menu, peer) {
  const { name, forced = {}, role } = peer;
  put(find("[data-menu-label]", menu), text("actions_name", { name }));
  put(find('[data-do="mute"]', menu), text(forced.audio ? "unmute" : "mute"));
  put(find('[data-do="camera"]', menu), text(forced.video ? "camera_on" : "camera_off"));
  show(find('[data-do="camera"]', menu), Boolean(peer.media?.video || forced.video));
  put(find('[data-do="role"]', menu), text(hosts(peer) ? "make_participant" : "make_cohost"));
  show(find('[data-do="role"]', menu), role !== "host");
  show(find('[data-do="lower"]', menu), Boolean(peer.hand));
}

function whoIs(row, label, name = label) {
  put(find("[data-name]", row), label);
  const avatar = find("[data-initials]", row);
  put(avatar, initials(name));
  avatar.dataset.tone = tone(name);
}
