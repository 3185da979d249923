// The door page: counts down, and takes the person in when the time has come.

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
  place.skew ??= Number(place.dataset.serverNow) * 1000 - Date.now();
  const left = Math.round((Number(place.dataset.countdown) * 1000 - Date.now() - place.skew) / 1000);
  if (left <= 0 || left > 24 * 3600) return;
  const clock = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  if (!clock[0]) clock.shift();
  place.setAttribute("role", "timer");
  place.setAttribute("aria-live", "off");
  place.textContent = clock.map((n) => parts.format(n)).join(":");
  place.classList.add("countdown__clock");
}

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
