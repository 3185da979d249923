// The live part of a page stays as it is while somebody has a question open in it, also when the
// answer was already under way. Lists that are folded out, and people who are chosen, stay so.
const isAsking = (event) => event.target.querySelector("details.menu[open]");

let chosen = new Set();
let unfolded = new Set();

function remember() {
  const live = document.getElementById("live");
  if (!live) return;
  chosen = new Set([...live.querySelectorAll(".live__choose:checked")].map(({ id }) => id));
  unfolded = new Set([...live.querySelectorAll("details.more[open]")].map(({ id }) => id));
}

function restore() {
  for (const id of chosen) {
    const box = document.getElementById(id);
    if (box) box.checked = true;
  }
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isAsking(event)) event.preventDefault();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (isAsking(event)) event.detail.shouldSwap = false;
  else remember();
});
document.addEventListener("htmx:afterSwap", restore);
