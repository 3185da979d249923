/** Before joining: own picture, microphone level, devices. Nothing leaves this page. */
import { choices, choose } from "./choices.js";
import { outcome, tryConnection } from "./connection.js";
import { openCamera, openMicrophone, problem } from "./devices.js";
import { chime, meter } from "./meter.js";
import { DevicePicker } from "./ui/device_picker.js";
import { find, initials, put, read, show, text, tone, useTexts } from "./ui/page.js";

const LISTEN_EVERY = 100;
const LINES = {
  mic: { open: openMicrophone, off: "mic_is_off", on: "mic_hears", status: "[data-mic-status]" },
  camera: { open: openCamera, off: "camera_is_off", on: "", status: "[data-camera-status]" },
};

class PreJoin {
  #tracks = { mic: null, camera: null };
  #problems = { mic: "", camera: "" };
  #meter = null;

  constructor(root) {
    this.root = root;
    this.form = find("form[data-enter]");
    this.picker = new DevicePicker(root, {
      changed: (line) => line !== "speaker" && this.#restart(line),
      saver: () => this.#restart("camera"),
    });
  }

  async start() {
    show(this.root, true);
    this.#wire();
    this.#drawName();
    this.draw();
    const chosen = choices();
    await Promise.all(["mic", "camera"].map((line) => (chosen[line] ? this.#open(line) : null)));
    await this.picker.refresh();
    setInterval(() => this.#listen(), LISTEN_EVERY);
  }

  /** Show what is on; also after the page around us was swapped, when the picture stands still. */
  draw() {
    const { camera } = this.#tracks;
    const preview = find("[data-preview]", this.root);
    if ((preview.srcObject?.getTracks()[0] ?? null) !== camera) preview.srcObject = camera ? new MediaStream([camera]) : null;
    if (camera) preview.play().catch(() => {}); // it may be taken away before it plays
    this.root.classList.toggle("prejoin--pictured", Boolean(camera));
    for (const line of Object.keys(LINES)) this.#drawLine(line);
    this.#drawProblems();
  }

  #wire() {
    for (const line of Object.keys(LINES)) {
      this.#toggle(line).addEventListener("click", () => this.#switch(line));
    }
    find("[data-test-speaker]", this.root).addEventListener("click", () => this.#testSpeaker());
    find("[data-test-connection]", this.root)?.addEventListener("click", (event) => this.#testConnection(event.currentTarget));
    this.#nameField()?.addEventListener("input", () => this.#drawName());
    document.addEventListener("htmx:afterSettle", () => this.draw());
  }

  async #switch(line) {
    const wanted = !this.#tracks[line];
    choose({ [line]: wanted });
    if (wanted) await this.#open(line);
    else this.#close(line);
    await this.picker.refresh();
  }

  async #restart(line) {
    if (!this.#tracks[line]) return;
    this.#close(line);
    await this.#open(line);
  }

  async #open(line) {
    try {
      const track = await LINES[line].open(choices());
      track.addEventListener("ended", () => this.#unplugged(line, track));
      this.#take(line, track, "");
    } catch (error) {
      this.#take(line, null, problem(line, error));
    }
  }

  #close(line) {
    const track = this.#tracks[line];
    this.#take(line, null, "");
    track?.stop();
  }

  #unplugged(line, track) {
    if (this.#tracks[line] === track) this.#take(line, null, `${line}_unplugged`);
  }

  #take(line, track, trouble) {
    this.#tracks[line] = track;
    this.#problems[line] = trouble;
    if (line === "mic") {
      this.#meter?.stop();
      this.#meter = track ? meter(track) : null;
    }
    this.draw();
  }

  #drawLine(line) {
    const on = Boolean(this.#tracks[line]);
    const button = this.#toggle(line);
    button.setAttribute("aria-pressed", String(on));
    put(find("[data-label]", button), on ? button.dataset.on : button.dataset.off);
    button.title = on ? button.dataset.on : button.dataset.off;
    const { status, on: whenOn, off: whenOff } = LINES[line];
    put(find(status, this.root), text(on ? whenOn : whenOff));
  }

  #drawProblems() {
    const keys = [...new Set(Object.values(this.#problems).filter(Boolean))];
    const box = find("[data-problems]", this.root);
    box.replaceChildren(...keys.map((key) => this.#problem(key)));
  }

  #problem(key) {
    const shown = find("[data-problem]", this.root).content.firstElementChild.cloneNode(true);
    put(find("[data-problem-text]", shown), text(key));
    return shown;
  }

  #drawName() {
    const name = this.#nameField()?.value || this.root.dataset.name || "";
    put(find("[data-initials]", this.root), initials(name) || "·");
    find("[data-avatar]", this.root).dataset.tone = tone(name);
  }

  async #testSpeaker() {
    await chime(choices().speakerId);
    put(find("[data-speaker-status]", this.root), text("speaker_played"));
  }

  async #testConnection(button) {
    if (button.ariaDisabled === "true") return;
    const told = find("[data-connection-status]", this.root);
    button.ariaDisabled = "true";
    put(told, text("connection_testing"));
    const csrf = this.form.elements.namedItem("csrfmiddlewaretoken").value;
    const found = await tryConnection(button.dataset.testConnection, csrf).then(outcome, () => ["connection_unknown"]);
    put(told, found.map((key) => text(key)).join(" "));
    button.ariaDisabled = "false";
  }

  #listen() {
    find("[data-level]", this.root).value = this.#meter?.level() ?? 0;
  }

  #nameField() {
    return this.form?.elements.namedItem("name");
  }

  #toggle(line) {
    return find(`[data-toggle="${line}"]`, this.root);
  }
}

const mounted = new WeakSet();

/** Take up the device check on this page, whether it was there at first or came with a swap. */
function mount() {
  const root = find("[data-prejoin]");
  if (!root || mounted.has(root)) return;
  mounted.add(root);
  useTexts(read("prejoin-texts"));
  new PreJoin(root).start();
}

mount();
document.addEventListener("htmx:afterSettle", mount);
