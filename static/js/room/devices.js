/** Asking the browser for cameras, microphones and speakers. */

const STANDARD = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const SAVER = { width: { ideal: 320 }, height: { ideal: 180 }, frameRate: { ideal: 15, max: 15 } };
const VOICE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** Whether the browser offers cameras and microphones at all: it does so only over https. */
export const available = () => Boolean(navigator.mediaDevices?.getUserMedia);
export const canShare = () => Boolean(navigator.mediaDevices?.getDisplayMedia);
export const canChooseSpeaker = () => "setSinkId" in HTMLMediaElement.prototype;

export function openMicrophone({ micId = "" } = {}) {
  return open("audio", VOICE, micId);
}

export function openCamera({ cameraId = "", saver = false } = {}) {
  return open("video", saver ? SAVER : STANDARD, cameraId);
}

/** The screen's picture and, where the person allows it, its sound. */
export async function openScreen() {
  const stream = await navigator.mediaDevices.getDisplayMedia({
    video: { frameRate: { ideal: 10 } },
    audio: true,
  });
  const [screen] = stream.getVideoTracks();
  const [sound = null] = stream.getAudioTracks();
  screen.contentHint = "detail";
  return { screen, sound };
}

/** The devices there are: {audioinput: [], videoinput: [], audiooutput: []}. */
export async function list() {
  const found = { audioinput: [], videoinput: [], audiooutput: [] };
  if (!available()) return found;
  for (const device of await navigator.mediaDevices.enumerateDevices()) {
    if (device.deviceId) found[device.kind].push(device);
  }
  return found;
}

/** The text key that tells what went wrong with a microphone or camera, and what to do. */
export function problem(kind, error) {
  if (!window.isSecureContext) return "insecure";
  const known = {
    NotAllowedError: "refused",
    SecurityError: "refused",
    NotFoundError: "missing",
    NotReadableError: "busy",
    AbortError: "busy",
  };
  return `${kind}_${known[error?.name] ?? "failed"}`;
}

async function open(kind, wish, deviceId) {
  if (!available()) throw new DOMException("", "SecurityError");
  try {
    const exact = deviceId ? { ...wish, deviceId: { exact: deviceId } } : wish;
    return await first(kind, exact);
  } catch (error) {
    const gone = deviceId && ["OverconstrainedError", "NotFoundError"].includes(error.name);
    if (!gone) throw error;
    return first(kind, wish); // the chosen one is unplugged: take what there is
  }
}

async function first(kind, constraints) {
  const stream = await navigator.mediaDevices.getUserMedia({ [kind]: constraints });
  return stream.getTracks()[0];
}
