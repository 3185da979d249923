/** Single-key shortcuts: ignored while typing, and the person may switch them off. */
import { choices, choose } from "../choices.js";
import { find } from "./page.js";

const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable]";

/** `keys` is key → what to do. */
export function listen(keys) {
  document.addEventListener("keydown", (event) => {
    if (!isShortcut(event)) return;
    const action = keys[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  });
  wireSwitch();
}

function isShortcut({ ctrlKey, metaKey, altKey, repeat, target }) {
  if (ctrlKey || metaKey || altKey || repeat) return false;
  if (target.closest?.(TYPING) || find("dialog[open]")) return false;
  return choices().shortcuts;
}

function wireSwitch() {
  const box = find("[data-shortcuts-on]");
  box.checked = choices().shortcuts;
  box.addEventListener("change", () => choose({ shortcuts: box.checked }));
}
