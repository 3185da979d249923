/** The chat panel. Everything people write is put on the page as text, never as markup. */
import { mayChat } from "../room.js";
import { counted, find, keyed, piece, put, show, text, timeOf } from "./page.js";

const ADDRESS = /\bhttps?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]]/g;

export class Chat {
  constructor({ session }) {
    this.session = session;
    this.log = find("[data-chat-log]");
    this.form = find("[data-chat-form]");
    this.input = find("[data-chat-text]");
    this.form.addEventListener("submit", (event) => this.#submit(event));
    this.input.addEventListener("keydown", (event) => this.#onKey(event));
    this.input.addEventListener("input", () => this.#grow());
  }

  draw(state) {
    const atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
    keyed(this.log, state.chat, {
      key: ({ cid, id }) => cid || id,
      create: (message) => newMessage(message),
      update: (shown, message) => updateMessage(shown, message, state),
    });
    show(find("[data-chat-empty]"), state.chat.length === 0);
    show(find("[data-chat-closed]"), !mayChat(state));
    show(this.form, mayChat(state));
    this.input.disabled = !mayChat(state);
    this.#drawUnread(state.unread);
    if (atEnd) this.scroll();
  }

  scroll() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  #drawUnread(unread) {
    show(find("[data-unread]"), unread > 0);
    put(find("[data-unread]"), unread > 9 ? "9+" : String(unread));
    put(find("[data-unread-label]"), unread ? counted("unread", unread) : "");
  }

  #submit(event) {
    event.preventDefault();
    const words = this.input.value.trim();
    if (!words || this.input.disabled) return;
    this.session.say(words);
    this.input.value = "";
    this.#grow();
    this.scroll();
  }

  #onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  #grow() {
    this.input.style.blockSize = "auto";
    this.input.style.blockSize = `${Math.min(this.input.scrollHeight + 2, 140)}px`;
  }
}

/** The words of a message, its addresses made into links. */
export function linked(words) {
  const parts = document.createDocumentFragment();
  let done = 0;
  for (const found of words.matchAll(ADDRESS)) {
    parts.append(words.slice(done, found.index), link(found[0]));
    done = found.index + found[0].length;
  }
  parts.append(words.slice(done));
  return parts;
}

function link(address) {
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer";
  anchor.textContent = address;
  return anchor;
}

function newMessage({ text: words }) {
  const shown = piece("message");
  find("[data-text]", shown).append(linked(words));
  return shown;
}

function updateMessage(shown, message, state) {
  const own = message.from === state.self;
  shown.classList.toggle("message--own", own);
  put(find("[data-from]", shown), own ? text("you", { name: message.name ?? "" }) : message.name);
  const time = find("[data-at]", shown);
  if (message.at) time.dateTime = message.at;
  put(time, message.at ? timeOf(message.at) : "");
  const note = message.failed ? text("not_sent") : message.pending ? text("sending") : "";
  put(find("[data-message-state]", shown), note);
  show(find("[data-message-state]", shown), Boolean(note));
}
