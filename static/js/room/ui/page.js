/** Small helpers for the page: finding things, filling in pieces, and the texts they show. */

export const find = (selector, root = document) => root.querySelector(selector);
export const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];
export const read = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "{}");

const language = globalThis.document?.documentElement.lang || "en";
const plural = new Intl.PluralRules(language);
const lists = new Intl.ListFormat(language, { type: "conjunction" });
const clock = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
let texts = {};

export function useTexts(given) {
  texts = given;
}

/** The sentence of that name, with its blanks filled in. */
export function text(key, values = {}) {
  const sentence = texts[key] ?? "";
  return sentence.replace(/\{(\w+)\}/g, (blank, name) => values[name] ?? blank);
}

export const has = (key) => key in texts;

/** The sentence for so many. */
export function counted(key, n, values = {}) {
  const form = `${key}_${plural.select(n)}`;
  return text(has(form) ? form : `${key}_other`, { n, ...values });
}

export const listed = (names) => lists.format(names);
export const timeOf = (moment) => clock.format(new Date(moment));

/** One or two letters that stand for a name. */
export function initials(name) {
  const firsts = name.split(/\s+/).flatMap((word) => word.match(/\p{L}/u) ?? []);
  const letters = firsts.length > 1 ? [firsts[0], firsts.at(-1)] : firsts;
  return letters.map((letter) => letter.toLocaleUpperCase(language)).join("");
}

/** A person's colour: one of six, always the same one for the same name. */
export function tone(name) {
  return [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;
}

/** A copy of a piece that the page brought along. */
export function piece(name) {
  return find(`template[data-piece="${name}"]`).content.firstElementChild.cloneNode(true);
}

/** Put text where it differs: a screen reader hears no repetitions, and the caret stays. */
export function put(element, content) {
  if (element && element.textContent !== content) element.textContent = content;
}

export function show(element, shown) {
  if (element && element.hidden === shown) element.hidden = !shown;
}

/** Who had the focus on something that a redrawing takes away goes on from this place. */
export function keepFocus(part, place, redraw) {
  const had = part?.contains(document.activeElement);
  redraw();
  const { activeElement } = document;
  if (had && !(part.contains(activeElement) && activeElement.checkVisibility())) place.focus();
}

/** One child per item, in order; those that stay keep their element, and with it focus and state. */
export function keyed(container, items, { key = ({ id }) => id, create, update }) {
  const known = new Map([...container.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, i) => {
    const id = String(key(item));
    const child = known.get(id) ?? create(item);
    child.dataset.key = id;
    known.delete(id);
    if (container.children[i] !== child) container.insertBefore(child, container.children[i] ?? null);
    update(child, item);
  });
  for (const gone of known.values()) gone.remove();
}
