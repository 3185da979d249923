// The form for a meeting: small helps that typing alone does not give.

const form = document.querySelector("[data-booking-form]");
const { date, time, room } = form.elements;

// One of the free times that were offered.
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-take-time]");
  if (!button) return;
  [date.value, time.value] = button.dataset.takeTime.split("T");
  time.focus();
});

// A permanent room brings its own settings: those of a one-off room do not apply.
function showWhoseSettings() {
  const permanent = Boolean(room?.value);
  for (const field of form.querySelectorAll("[data-own-room] .field")) field.hidden = permanent;
  form.querySelector("[data-permanent-note]").hidden = !permanent;
}
room?.addEventListener("change", showWhoseSettings);
showWhoseSettings();
