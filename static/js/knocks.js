// Tells a host that somebody waits: in the title, and, if they like, by a sound and a notification.
// Of several tabs one tells. What is on the page is what the server has sent there.

import { claim, newcomers, titled } from "./knock_memory.js";
import { chime } from "./room/meter.js";

const TOLD = "parley.knocks.told";
const SOUND = "parley.knocks.sound";
const NOTIFY = "parley.knocks.notify";

const settings = document.querySelector("[data-knock-settings]");
const sound = settings?.querySelector("[data-knock-sound]");
const notify = settings?.querySelector("[data-knock-notify]");
const known = new Set();
let cannotNotify = false;

/** What this browser remembers; nothing where it keeps nothing for us. */
function recall(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Private windows: it holds for this page
  }
}

const people = () =>
  [...document.querySelectorAll("[data-waits]")].map((line) => ({
    key: line.dataset.waits,
    name: line.dataset.name,
    meeting: line.closest("[data-meeting]")?.dataset.meeting ?? "",
  }));

/** One tab after the other, so that each person is told of once. */
function inTurn(work) {
  return navigator.locks ? navigator.locks.request(TOLD, work) : work();
}

function look() {
  const waiting = people();
  document.title = titled(document.title, new Set(waiting.map(({ key }) => key)).size);
  const fresh = newcomers(waiting, known);
  if (fresh.length) inTurn(() => tell(fresh));
}

function tell(fresh) {
  const { mine, told } = claim(fresh, recall(TOLD) ?? {}, Date.now());
  keep(TOLD, told);
  if (!mine.length) return;
  if (sound?.checked) chime().catch(() => {}); // not before the first press on this page
  if (document.hidden && notify?.checked) mine.forEach(notifyOf);
}

function notifyOf({ key, name, meeting }) {
  const words = settings.querySelector("[data-knock-words]").dataset.knockWords;
  const shown = notification(words.replace("{name}", () => name), { body: meeting, tag: key });
  if (!shown) return;
  shown.addEventListener("click", () => {
    window.focus();
    shown.close();
  });
}

/** Shown by the browser; null on phones whose browsers have the word, and not the thing. */
function notification(words, options) {
  try {
    return new Notification(words, options);
  } catch {
    cannotNotify = true;
    showSettings();
    return null;
  }
}

function permission() {
  const isThere = "Notification" in window && isSecureContext && !cannotNotify;
  return isThere ? Notification.permission : "missing";
}

/** The switches as they count now, and why one does not. */
function showSettings() {
  const state = permission();
  sound.checked = recall(SOUND) === true;
  notify.checked = recall(NOTIFY) === true && state === "granted";
  notify.disabled = state === "missing" || state === "denied";
  for (const said of settings.querySelectorAll("[data-knock-said]"))
    said.hidden = said.dataset.knockSaid !== state;
}

async function wishNotified() {
  if (notify.checked && permission() === "default") await Notification.requestPermission();
  keep(NOTIFY, notify.checked);
  showSettings();
}

function wishSound() {
  keep(SOUND, sound.checked);
  if (sound.checked) chime().catch(() => {}); // this is what it sounds like
}

if (settings) {
  settings.hidden = false;
  showSettings();
  sound.addEventListener("change", wishSound);
  notify.addEventListener("change", wishNotified);
  addEventListener("storage", showSettings);
}
document.body.addEventListener("htmx:afterSettle", look);
look();
