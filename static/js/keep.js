// A button that saves what the page shows as a file. Without a script it is not there.

function save(button) {
  const text = document.getElementById(button.dataset.keep).textContent;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = `${button.dataset.name} ${button.dataset.keep}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

for (const button of document.querySelectorAll("[data-keep]")) {
  button.hidden = false;
  button.addEventListener("click", () => save(button));
}
