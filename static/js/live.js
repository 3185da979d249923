// The live part of a page stays as it is while somebody has a question open in it, also when the
// answer was already under way. Lists that are folded out, and people who are chosen, stay so.
const isAsking = (event) => event.target.querySelector("details.menu[open]");

let chosen = new Set();
let unfolded = new Set();

const ids = (selector) => new Set([...document.querySelectorAll(selector)].map(({ id }) => id));

function remember() {
  chosen = ids(".live__choose:checked");
  unfolded = ids("#live details.more[open]");
}

function restore() {
  for (const id of chosen) {
    const box = document.getElementById(id);
    if (box) box.checked = true;
  }
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
}

/** What was said when a button was pressed goes as soon as it is not so any more. */
function dropOldNews() {
  const doors = document.getElementById("live")?.dataset.doors;
  for (const said of document.querySelectorAll("[data-doors-said]"))
    if (said.dataset.doorsSaid !== doors) said.remove();
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isAsking(event)) event.preventDefault();
  event.target.closest("details.menu")?.removeAttribute("open"); // it is answered
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (isAsking(event)) event.detail.shouldSwap = false;
  else remember();
});
document.addEventListener("htmx:afterSwap", restore);
document.addEventListener("htmx:afterSwap", dropOldNews);
