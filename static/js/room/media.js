/** What this person sends: microphone, camera and screen, switched on and off. */
import { choices, choose } from "./choices.js";
import { openCamera, openMicrophone, openScreen, problem } from "./devices.js";
import { FrameWatch } from "./frame_watch.js";
import { meter } from "./meter.js";

const STALLED_AFTER = 5000;

export class LocalMedia extends EventTarget {
  tracks = { mic: null, camera: null, screen: null, sound: null };
  on = { audio: false, video: false, screen: false };
  #meter = null;
  #frames = new FrameWatch(STALLED_AFTER);

  /** Take up the choices made before joining. What cannot be had stays off, and is told. */
  async start() {
    const { mic, camera } = choices();
    await Promise.all([
      mic ? this.setMicrophone(true) : null,
      camera ? this.setCamera(true) : null,
    ]);
  }

  async setMicrophone(wanted) {
    if (wanted && !this.tracks.mic) await this.#take("mic", openMicrophone);
    if (this.tracks.mic) this.tracks.mic.enabled = wanted;
    this.#changed("audio", wanted && Boolean(this.tracks.mic));
  }

  /** A camera that is off is let go, so that its light goes out. */
  async setCamera(wanted) {
    if (wanted && !this.tracks.camera) await this.#take("camera", openCamera);
    if (!wanted) this.#release("camera");
    this.#changed("video", Boolean(this.tracks.camera));
  }

  async share() {
    try {
      const { screen, sound } = await openScreen();
      screen.addEventListener("ended", () => this.tracks.screen === screen && this.stopSharing());
      this.#replace("screen", screen);
      this.#replace("sound", sound);
      this.#changed("screen", true);
    } catch (error) {
      if (error.name !== "NotAllowedError") this.#tell("problem", "share_failed"); // they pressed Cancel
    }
  }

  stopSharing() {
    this.#release("screen");
    this.#release("sound");
    this.#changed("screen", false);
  }

  /** Use another microphone or camera from now on. */
  async change(line, choice) {
    choose(choice);
    const open = { mic: openMicrophone, camera: openCamera }[line];
    if (!this.tracks[line]) return;
    const wasOn = this.tracks[line].enabled;
    this.#release(line);
    await this.#take(line, open);
    if (this.tracks[line]) this.tracks[line].enabled = wasOn;
    this.#changed(line === "mic" ? "audio" : "video", wasOn && Boolean(this.tracks[line]));
  }

  /** How loud we are, 0 to 1. */
  level() {
    return this.on.audio && this.#meter ? this.#meter.level() : 0;
  }

  /** Told how many frames our own picture has shown; says when it stands still and when it moves again. */
  watchFrames(count) {
    if (this.#frames.see(this.on.video ? count : null)) this.#tell("stalled", this.#frames.stalled);
  }

  close() {
    for (const line of Object.keys(this.tracks)) this.#release(line);
  }

  async #take(line, open) {
    try {
      const track = await open(choices());
      track.addEventListener("ended", () => this.#lost(line, track));
      this.#replace(line, track);
    } catch (error) {
      this.#tell("problem", problem(line, error));
    }
  }

  /** The device went away: fall back to whatever there is. */
  async #lost(line, track) {
    if (this.tracks[line] !== track) return;
    const wasOn = track.enabled;
    this.#release(line);
    this.#tell("problem", `${line}_unplugged`);
    await (line === "mic" ? this.setMicrophone(wasOn) : this.setCamera(true));
  }

  #replace(line, track) {
    this.tracks[line] = track;
    if (line === "mic") this.#listen(track);
    this.#tell("track", { line, track });
  }

  #release(line) {
    const track = this.tracks[line];
    if (!track) return;
    this.#replace(line, null);
    track.stop();
  }

  #listen(track) {
    this.#meter?.stop();
    this.#meter = track ? meter(track) : null;
  }

  #changed(what, on) {
    if (this.on[what] === on) return;
    this.on = { ...this.on, [what]: on };
    this.#tell("state", this.on);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
