// The live part of a page stays as it is while somebody has a question open in it, also when the
// answer was already under way.
const isAsking = (event) => event.target.querySelector("details[open]");

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isAsking(event)) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (isAsking(event)) event.detail.shouldSwap = false;
});
