/**
 * What this page knows of the room: `reduce(state, message)` gives the next state.
 *
 * Messages are the server's, and a few of the page's own: say, read, shut, alone,
 * over, line, link, told.
 * Nothing here touches the page, so all of it runs in a test.
 */

export const EMPTY = {
  phase: "connecting", // connecting | in | over
  why: "", // why it is over
  line: "up", // to the server
  self: "",
  rev: 0, // the welcome's: news that is not above it was in it already
  room: {},
  peers: [], // in the order they came, this page's own included
  links: {}, // id → connecting | connected | reconnecting | stuck
  waiting: [],
  chat: [],
  elsewhere: 0, // other pages of the same person
  reading: false,
  unread: 0,
};

const HANDLERS = {
  welcome: (state, message) => ({
    ...state,
    phase: "in",
    line: "up",
    self: message.self,
    rev: message.rev,
    room: message.room,
    peers: inOrder(message.peers),
    links: keep(state.links, message.peers),
    waiting: message.waiting ?? [],
    elsewhere: message.elsewhere ?? 0,
    chat: [...message.chat, ...unsent(state.chat, message.chat)],
  }),
  joined: (state, { peer }) => ({
    ...state,
    peers: inOrder([...state.peers.filter(({ id }) => id !== peer.id), peer]),
  }),
  left: (state, { id }) => {
    const peers = state.peers.filter((peer) => peer.id !== id);
    return { ...state, peers, links: keep(state.links, peers) };
  },
  online: (state, { id, online }) => change(state, id, { online }),
  state: (state, { id, media, forced, hand }) => change(state, id, given({ media, forced, hand })),
  role: (state, { id, role }) => change(state, id, { role }),
  room: (state, { room }) => ({ ...state, room: { ...state.room, ...room } }),
  waiting: (state, { people }) => ({ ...state, waiting: people }),
  chat: (state, message) => heard(state, message),
  bye: (state, { why }) => ({ ...state, phase: "over", why }),
  error: (state, { code, fatal, cid }) =>
    fatal ? { ...state, phase: "over", why: code } : unsendable(state, cid),
  // The page's own
  say: (state, { cid, text }) => ({
    ...state,
    chat: [...state.chat, { cid, text, from: state.self, name: me(state)?.name, pending: true }],
  }),
  read: (state) => ({ ...state, reading: true, unread: 0 }),
  shut: (state) => ({ ...state, reading: false }),
  alone: (state) => ({ ...state, elsewhere: 0 }),
  over: (state, { why }) => ({ ...state, phase: "over", why }),
  line: (state, { line }) => ({ ...state, line }),
  link: (state, { id, status }) => ({ ...state, links: { ...state.links, [id]: status } }),
  told: (state, { id, media, hand }) => change(state, id, given({ media, hand })), // by a page itself
};

const ROSTER = new Set(["joined", "left", "online", "state", "role", "room"]);

/** The state after a message. Old news and unknown messages change nothing. */
export function reduce(state, message) {
  if (state.phase === "over") return state;
  if (ROSTER.has(message.t) && isOld(state, message)) return state;
  return HANDLERS[message.t]?.(state, message) ?? state;
}

export const me = (state) => state.peers.find((peer) => peer.id === state.self);
export const others = (state) => state.peers.filter((peer) => peer.id !== state.self);
export const find = (state, id) => state.peers.find((peer) => peer.id === id);
export const hosts = (peer) => Boolean(peer) && peer.role !== "participant";
export const sharing = (state) => state.peers.find((peer) => peer.media?.screen);

/** Whether others may see or hear this line of theirs: it is on, and no host has muted it. */
export const sends = (peer, what) => Boolean(peer.media?.[what]) && !peer.forced?.[what];

/** Whether I may share my screen here. */
export const mayShare = (state) => hosts(me(state)) || state.room.participants_share !== false;
export const mayChat = (state) => hosts(me(state)) || state.room.chat_open !== false;

function isOld(state, { rev }) {
  return state.phase !== "in" || (rev !== undefined && rev <= state.rev);
}

function heard(state, message) {
  if (state.phase !== "in" || state.chat.some(({ id }) => id === message.id)) return state;
  const mine = message.from === state.self;
  const chat = state.chat.filter(({ pending, cid }) => !(pending && mine && cid === message.cid));
  const last = chat.findIndex(({ pending }) => pending);
  chat.splice(last < 0 ? chat.length : last, 0, message);
  return { ...state, chat, unread: state.unread + (mine || state.reading ? 0 : 1) };
}

/** A message the server would not take stays, marked, so that nothing typed is lost. */
function unsendable(state, cid) {
  if (!cid) return state;
  const chat = state.chat.map((each) => (each.cid === cid ? { ...each, failed: true } : each));
  return { ...state, chat };
}

function unsent(chat, arrived) {
  const known = new Set(arrived.map(({ cid }) => cid));
  return chat.filter(({ pending, cid }) => pending && !known.has(cid));
}

function change(state, id, values) {
  const peers = state.peers.map((peer) => (peer.id === id ? { ...peer, ...values } : peer));
  return { ...state, peers };
}

function given(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function keep(links, peers) {
  const here = new Set(peers.map(({ id }) => id));
  return Object.fromEntries(Object.entries(links).filter(([id]) => here.has(id)));
}

function inOrder(peers) {
  return [...peers].sort((a, b) => a.seq - b.seq);
}
