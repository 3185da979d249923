/** The room's page: takes the person in, and connects what they see and press to their stay. */
import { expose } from "./debug.js";
import { LocalMedia } from "./media.js";
import { knocks, notices } from "./notices.js";
import { hosts, mayShare, me } from "./room.js";
import { Session } from "./session.js";
import { Announcer } from "./ui/announcer.js";
import { banner, lineBanner } from "./ui/banners.js";
import { Chat } from "./ui/chat.js";
import { runClock } from "./ui/clock.js";
import { Controls } from "./ui/controls.js";
import { DevicePicker } from "./ui/device_picker.js";
import { ask, dialog, wireMenu } from "./ui/dialogs.js";
import { showEnding } from "./ui/ending.js";
import { counted, find, findAll, has, listed, put, read, show, text, useTexts } from "./ui/page.js";
import { Panel } from "./ui/panel.js";
import { People } from "./ui/people.js";
import { listen } from "./ui/shortcuts.js";
import { OWN, Stage } from "./ui/stage.js";
import { Knocking, copy, toast } from "./ui/toasts.js";
import { Voices } from "./ui/voices.js";

const LISTEN_EVERY = 250;
const TITLE = document.title;

class RoomPage {
  constructor() {
    const { door } = find("[data-room]").dataset;
    this.media = new LocalMedia();
    this.session = new Session({ ticket: read("room-ticket"), media: this.media, door });
    this.announcer = new Announcer();
    this.stage = new Stage();
    this.panel = new Panel();
    this.chat = new Chat(this);
    this.voices = new Voices({ blocked: (blocked) => banner("sound", blocked) });
    this.controls = new Controls({ ...this, actions: this.#actions() });
    this.people = new People({ session: this.session, remove: (peer) => this.#remove(peer), refused: () => this.#needsLine() });
    this.knocking = new Knocking(this.#knockActions());
    this.picker = new DevicePicker(dialog("devices"), {
      changed: (line, choice) => this.#changeDevice(line, choice),
      saver: () => this.media.change("camera", {}),
    });
    history.replaceState(null, "", door); // a reload asks at the door; it never posts again
  }

  async start() {
    this.#wireSession();
    this.#wireMedia();
    this.#wirePage();
    this.session.start();
    await this.media.start();
  }

  #wireSession() {
    this.session.addEventListener("change", ({ detail }) => this.#draw(detail.before, detail.after));
    this.session.addEventListener("tracks", ({ detail }) => this.#receive(detail));
    this.session.addEventListener("refused", ({ detail }) => this.#refused(detail));
  }

  #wireMedia() {
    this.media.addEventListener("track", ({ detail }) => this.#showOwn(detail));
    this.media.addEventListener("state", () => this.#drawOwn());
    this.media.addEventListener("problem", ({ detail }) => toast(text(detail), { stays: 9000 }));
    this.media.addEventListener("stalled", ({ detail }) => banner("stalled", detail));
    setInterval(() => this.#listen(), LISTEN_EVERY);
  }

  #wirePage() {
    this.panel.addEventListener("change", () => this.#panelChanged());
    wireMenu({ opened: { devices: () => this.picker.refresh() } });
    listen(this.#keys());
    on("[data-turn-on-sound]", () => this.voices.resume());
    on("[data-restart-camera]", () => this.#restartCamera());
    on("[data-stop-sharing]", () => this.media.stopSharing());
    on("[data-menu-share]", () => this.#toggleShare());
    on("[data-take-over]", () => this.session.ask("take_over") && this.session.dispatch({ t: "alone" }));
    on("[data-keep-both]", () => this.session.dispatch({ t: "alone" }));
    on("[data-full-screen]", () => toggleFullScreen());
    on("[data-menu-copy]", () => copy(find("[data-invite]").value));
    for (const button of findAll("[data-copy-invite]")) {
      const [input, label] = [find("input", button.parentElement), find("[data-copy-label]", button)];
      button.addEventListener("click", () => copy(input.value, label));
    }
  }

  #actions() {
    return {
      mic: () => this.#toggleMic(),
      camera: () => this.#toggleCamera(),
      screen: () => this.#toggleShare(),
      hand: () => this.session.raiseHand(!me(this.session.state)?.hand),
      leave: () => this.#leave(),
    };
  }

  #keys() {
    const { mic, camera, screen, hand } = this.#actions();
    return {
      m: mic,
      v: camera,
      s: screen,
      h: hand,
      c: () => this.panel.toggle("chat"),
      p: () => this.panel.toggle("people"),
      "?": () => ask("shortcuts"),
    };
  }

  #knockActions() {
    const answer = (t) => (id) => this.session.ask(t, { id }) || this.#needsLine();
    return { admit: answer("admit"), deny: answer("deny"), see: () => this.panel.show("people") };
  }

  #draw(before, after) {
    if (after.phase === "over") return this.#end(before, after);
    if (before.phase === "connecting" && after.phase === "in") this.#entered(after);
    this.stage.draw(after);
    this.controls.draw(after);
    this.people.draw(after);
    this.chat.draw(after);
    this.#drawDoors(after);
    this.#obeyHost(after);
    this.voices.keep(new Set(after.peers.map(({ id }) => id)));
    lineBanner(after.line, (down) => this.#lineIs(down));
    this.#tell(before, after);
    return undefined;
  }

  /** Without the server nothing can be asked of it; microphone, camera and chat go on. */
  #lineIs(down) {
    this.announcer.now(text(down ? "line_lost" : "connected_again"));
    for (const control of findAll("[data-flag], [data-mute-all], [data-admit-all]")) control.disabled = down;
  }

  #entered(state) {
    find("[data-room]").dataset.phase = "in";
    show(find("[data-connecting]"), false);
    runClock(state.room.opened_at);
    if (this.panel.open === "chat") this.session.dispatch({ t: "read" });
  }

  #drawDoors(state) {
    const waiting = hosts(me(state)) ? state.waiting : [];
    show(find("[data-locked]"), Boolean(state.room.locked));
    show(find("[data-alone]"), state.phase === "in" && state.peers.length === 1 && !this.panel.open);
    banner("elsewhere", state.elsewhere > 0);
    this.knocking.draw(this.panel.open === "people" ? [] : waiting);
    document.title = waiting.length ? `(${waiting.length}) ${TITLE}` : TITLE;
  }

  /** What a host switched off stays off, and what participants may not do stops. */
  #obeyHost(state) {
    const mine = me(state);
    if (mine?.forced?.audio && this.media.on.audio) this.media.setMicrophone(false);
    if (mine?.forced?.video && this.media.on.video) this.media.setCamera(false);
    if (mine && this.media.on.screen && !mayShare(state)) this.media.stopSharing();
  }

  #tell(before, after) {
    for (const notice of notices(before, after)) {
      const sentence = text(notice.key, { ...notice, names: listed(notice.names ?? []) });
      toast(sentence);
      if (notice.urgent) this.announcer.now(sentence);
      else this.announcer.polite(sentence);
    }
    const knocking = knocks(before, after).map(({ name }) => name);
    if (knocking.length && hosts(me(after))) this.announcer.polite(counted("knocks", knocking.length, { names: listed(knocking) }));
    if (after.chat.length > before.chat.length && before.phase === "in") this.#tellMessage(after);
  }

  #tellMessage(state) {
    const last = state.chat.at(-1);
    if (last.from !== state.self) this.announcer.polite(text("said", last));
  }

  #receive({ id, tracks }) {
    this.voices.play(`${id}:mic`, tracks.mic);
    this.voices.play(`${id}:sound`, tracks.sound);
    this.stage.setTrack(id, "camera", tracks.camera);
    this.stage.setTrack(id, "screen", tracks.screen);
  }

  #showOwn({ line, track }) {
    if (line === "camera") this.stage.setTrack(OWN, "camera", track);
  }

  #drawOwn() {
    const { state } = this.session;
    this.controls.draw(state);
    banner("sharing", this.media.on.screen);
  }

  #listen() {
    const { state, mesh } = this.session;
    if (state.phase !== "in") return;
    this.media.watchFrames(document.hidden ? null : this.stage.ownFrames()); // nobody draws a hidden page
    if (document.hidden) return;
    const own = this.media.level();
    this.controls.showLevel(own);
    this.stage.light(state.peers.map(({ id }) => [id, id === state.self ? own : mesh.level(id)]));
  }

  #toggleMic() {
    if (me(this.session.state)?.forced?.audio) return toast(text("muted_by_host"));
    return this.media.setMicrophone(!this.media.on.audio);
  }

  #toggleCamera() {
    if (me(this.session.state)?.forced?.video) return toast(text("camera_off_by_host"));
    return this.media.setCamera(!this.media.on.video);
  }

  #toggleShare() {
    if (this.media.on.screen) return this.media.stopSharing();
    if (!mayShare(this.session.state)) return toast(text("error_share_closed"));
    return this.media.share();
  }

  #changeDevice(line, choice) {
    if (line === "speaker") return this.voices.choose(choice.speakerId);
    return this.media.change(line, {});
  }

  async #restartCamera() {
    await this.media.setCamera(false);
    await this.media.setCamera(true);
  }

  async #leave() {
    if (!hosts(me(this.session.state))) return this.session.leave();
    const chosen = await ask("leave");
    if (chosen === "leave") this.session.leave();
    if (chosen === "end") this.session.ask("end") || this.#needsLine();
    return undefined;
  }

  async #remove(peer) {
    put(find("[data-remove-text]"), text("remove_sure", peer));
    if ((await ask("remove")) !== "remove") return;
    if (!this.session.ask("kick", { id: peer.id })) return this.#needsLine();
    const lock = { label: text("lock_too"), run: () => this.session.ask("lock") };
    toast(text("removed_person", peer), { actions: this.session.state.room.locked ? [] : [lock] });
  }

  #needsLine() {
    toast(text("needs_line"));
  }

  #refused({ code, fatal }) {
    if (!fatal) toast(text(has(`error_${code}`) ? `error_${code}` : "error_other"));
  }

  #panelChanged() {
    this.session.dispatch({ t: this.panel.open === "chat" ? "read" : "shut" });
    if (this.panel.open === "chat") this.chat.scroll();
    this.#drawDoors(this.session.state);
  }

  #end(before, after) {
    if (before.phase === "over") return;
    this.knocking.dismiss();
    document.title = TITLE;
    for (const shown of findAll("dialog[open]")) shown.close();
    this.voices.keep(new Set());
    const { ticket } = this.session;
    showEnding(after.why, { isHost: ticket.hosts || hosts(me(before)), seats: ticket.seats });
  }
}

function on(selector, action) {
  find(selector)?.addEventListener("click", action);
}

function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen?.().catch(() => {});
}

useTexts(read("room-texts"));
const page = new RoomPage();
if (find("[data-debug]")) expose(page.session);
page.start();
