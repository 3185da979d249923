// The form for a meeting: small helps that typing alone does not give.

const form = document.querySelector("[data-booking-form]");
const { date, time, room } = form.elements;
const how = form.elements["repeat-how"];

// One of the free times that were offered.
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-take-time]");
  if (!button) return;
  [date.value, time.value] = button.dataset.takeTime.split("T");
  time.focus();
  time.dispatchEvent(new Event("input", { bubbles: true })); // the plan follows
});

// "Every week on Tuesday": the quick choices, said for the date above.
function nameQuickChoices() {
  for (const label of form.querySelectorAll("[data-quick]"))
    how.querySelector(`[value="${label.dataset.quick}"]`).textContent = label.textContent;
}
if (how) form.addEventListener("htmx:afterSwap", nameQuickChoices);
if (how) nameQuickChoices();

// A permanent room brings its own settings: those of a one-off room do not apply.
function showWhoseSettings() {
  const permanent = Boolean(room?.value);
  for (const field of form.querySelectorAll("[data-own-room] .field")) field.hidden = permanent;
  form.querySelector("[data-permanent-note]").hidden = !permanent;
}
room?.addEventListener("change", showWhoseSettings);
showWhoseSettings();
