// The live part of a page stays as it is while somebody has a question open in it.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.querySelector("details[open]")) event.preventDefault();
});
