/** What a person chose about their camera, microphone and speaker; kept by the browser, never sent. */

const KEY = "parley.devices";
const DEFAULTS = {
  mic: true,
  camera: true,
  micId: "",
  cameraId: "",
  speakerId: "",
  saver: false,
  shortcuts: true,
};

export function choices() {
  try {
    return { ...DEFAULTS, ...JSON.parse(localStorage.getItem(KEY)) };
  } catch {
    return { ...DEFAULTS };
  }
}

export function choose(changes) {
  const chosen = { ...choices(), ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(chosen));
  } catch {
    // private windows may refuse to keep anything: the choice holds until the page goes
  }
  return chosen;
}
