// The same decision for all dates that are taken, without asking the server.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-decide-all]");
  if (!button) return;
  event.preventDefault();
  const { decideAll } = button.dataset;
  for (const choice of button.form.querySelectorAll(`[data-choice="${decideAll}"]`))
    choice.checked = true;
});
