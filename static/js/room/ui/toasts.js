/** Short messages at the edge of the room. */
import { counted, find, findAll, keepFocus, listed, piece, put, text } from "./page.js";

const STAYS = 5000;
const MOST = 3;

/** Show a sentence for a while; `actions` is a list of {label, run}. */
export function toast(sentence, { actions = [], stays = STAYS } = {}) {
  if (!sentence || isShown(sentence)) return;
  const shown = piece("toast");
  put(find("[data-toast-text]", shown), sentence);
  for (const action of actions) addAction(shown, action);
  find("[data-toast-close]", shown).addEventListener("click", () => shown.remove());
  place(shown);
  setTimeout(() => shown.remove(), actions.length ? stays * 2 : stays);
}

/** The knocking of those who wait: stays while they do. */
export class Knocking {
  #shown = null;

  constructor({ admit, deny, see }) {
    this.actions = { admit, deny, see };
  }

  /** Show the people who wait, or nothing when nobody does. */
  draw(people) {
    if (!people.length) return this.dismiss();
    this.#shown ??= this.#make();
    put(find("[data-toast-text]", this.#shown), counted("knocks", people.length, { names: listed(people.map(({ name }) => name)) }));
    const one = people.length === 1;
    for (const [name, shown] of [["admit", one], ["deny", one], ["see", !one]]) {
      find(`[data-${name}]`, this.#shown).hidden = !shown;
    }
    this.#shown.dataset.person = one ? people[0].id : "";
    return undefined;
  }

  dismiss() {
    keepFocus(this.#shown, find("#main"), () => this.#shown?.remove());
    this.#shown = null;
  }

  #make() {
    const shown = piece("knock");
    for (const name of ["admit", "deny", "see"]) {
      find(`[data-${name}]`, shown).addEventListener("click", () => this.actions[name](Number(shown.dataset.person)));
    }
    find("[data-toasts]").prepend(shown);
    return shown;
  }
}

/** Copy an address, and say on the button whether it worked. */
export async function copy(address, label) {
  const before = label?.textContent;
  try {
    await navigator.clipboard.writeText(address);
    if (label) put(label, text("copied"));
    else toast(text("copied"));
    if (label) setTimeout(() => put(label, before), 2000);
  } catch {
    toast(text("copy_failed"));
  }
}

function isShown(sentence) {
  return findAll("[data-toasts] [data-toast-text]").some(({ textContent }) => textContent === sentence);
}

function addAction(shown, { label, run }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small";
  button.textContent = label;
  button.addEventListener("click", () => {
    run();
    shown.remove();
  });
  find("[data-toast-actions]", shown).append(button);
}

function place(shown) {
  const all = find("[data-toasts]");
  all.append(shown);
  const plain = [...all.children].filter((each) => !each.matches(".toast--knock"));
  for (const old of plain.slice(0, -MOST)) old.remove();
}
