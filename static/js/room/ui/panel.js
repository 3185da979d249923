/** The side panel: people or chat, one at a time. A sheet on phones. */
import { find, findAll, put, show } from "./page.js";

export class Panel extends EventTarget {
  #opener = null;

  constructor() {
    super();
    this.room = find("[data-room]");
    this.side = find("[data-side]");
    this.title = find("[data-panel-title]");
    this.openers = findAll("[data-open-panel]");
    for (const opener of this.openers) opener.addEventListener("click", () => this.toggle(opener.dataset.openPanel, opener));
    find("[data-close-panel]").addEventListener("click", () => this.close());
    this.side.addEventListener("keydown", ({ key }) => key === "Escape" && this.close());
  }

  get open() {
    return this.room.dataset.panel;
  }

  toggle(name, opener = document.activeElement) {
    if (this.open === name) this.close();
    else this.show(name, opener);
  }

  show(name, opener = document.activeElement) {
    this.#opener = opener;
    this.#set(name);
    put(this.title, this.title.dataset[name]);
    const text = name === "chat" && matchMedia("(hover: hover)").matches && find("[data-chat-text]:not(:disabled)");
    (text || this.title).focus();
  }

  close() {
    const { activeElement } = document;
    this.#set("");
    if (this.side.contains(activeElement)) activeElement.blur(); // else keys go on into what is hidden
    if (this.#opener?.isConnected) this.#opener.focus();
    this.#opener = null;
  }

  #set(name) {
    this.room.dataset.panel = name;
    show(this.side, Boolean(name));
    for (const section of findAll("[data-section]")) show(section, section.dataset.section === name);
    for (const opener of this.openers) opener.setAttribute("aria-expanded", String(opener.dataset.openPanel === name));
    this.dispatchEvent(new Event("change"));
  }
}
