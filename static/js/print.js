// A button that prints the page. Without a script it is not there: every browser prints by its menu.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
