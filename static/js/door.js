// The door page: counts down, asks how the door stands, and takes the person in when it opens.

import { clockOf, maySkip, secondsLeft, skewOf } from "./waiting.js";

const form = document.querySelector("form[data-enter]");

function enterIfOpen() {
  const state = document.getElementById("state");
  if (!state?.hasAttribute("data-enter-now") || form.dataset.going) return;
  form.dataset.going = "yes";
  form.requestSubmit();
}

const parts = new Intl.NumberFormat(document.documentElement.lang, { minimumIntegerDigits: 2 });

function countDown() {
  const place = document.querySelector("[data-countdown]");
  if (!place) return;
  // The reader's clock may be wrong: what counts is how long this page has been open.
  place.skew ??= skewOf(Number(place.dataset.serverNow), Date.now());
  const clock = clockOf(secondsLeft(Number(place.dataset.countdown), Date.now(), place.skew));
  if (!clock) return;
  place.setAttribute("role", "timer");
  place.setAttribute("aria-live", "off");
  place.textContent = clock.map((n) => parts.format(n)).join(":");
  place.classList.add("countdown__clock");
}

let askedAt = Date.now();

/** While nobody looks at the page it asks less often, and again at once when somebody does. */
function askLess(event) {
  const state = document.getElementById("state");
  if (event.target !== state) return;
  const urgent = state.hasAttribute("data-urgent");
  if (maySkip({ hidden: document.hidden, urgent, askedAt, now: Date.now() })) event.preventDefault();
  else askedAt = Date.now();
}

document.body.addEventListener("htmx:beforeRequest", askLess);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.getElementById("state")?.dispatchEvent(new Event("look"));
});

/** Nothing to wait for any more: load the page that needs no camera. */
function closeIfOver() {
  const closed = document.getElementById("state")?.hasAttribute("data-closed");
  if (closed && document.querySelector("[data-prejoin]")) location.reload();
}

document.body.addEventListener("htmx:afterSettle", () => {
  closeIfOver();
  enterIfOpen();
  countDown();
});
setInterval(countDown, 1000);
countDown();
enterIfOpen();
