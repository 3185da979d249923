/** After a reload in the middle of a meeting: back in, without asking again. Loaded by the door. */

const form = document.querySelector("form[data-enter]");
const [arrival] = performance.getEntriesByType("navigation");

if (form && arrival?.type === "reload") rejoin(form, kept());

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem("parley.rejoin"));
  } catch {
    return null;
  }
}

function rejoin(entrance, stay) {
  if (stay?.door !== location.pathname) return;
  const name = entrance.elements.namedItem("name");
  if (name && !name.value) name.value = stay.name ?? "";
  entrance.requestSubmit();
}
