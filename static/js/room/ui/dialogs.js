/** Dialogs: asking before what cannot be undone, devices, shortcuts. */
import { find, findAll } from "./page.js";

export const dialog = (name) => find(`[data-dialog="${name}"]`);

/** Open a dialog; what was pressed in it, or "" when it was dismissed. */
export function ask(name) {
  const shown = dialog(name);
  shown.returnValue = "";
  shown.showModal();
  return new Promise((resolve) => {
    shown.addEventListener("close", () => resolve(shown.returnValue), { once: true });
  });
}

/** Buttons that open a dialog, and the menu they stand in that goes away. */
export function wireMenu({ opened }) {
  const menu = find("#more");
  menu.addEventListener("click", ({ target }) => target.closest("button") && menu.hidePopover?.());
  for (const button of findAll("[data-open-dialog]")) {
    button.addEventListener("click", () => {
      opened[button.dataset.openDialog]?.();
      ask(button.dataset.openDialog);
    });
  }
}
