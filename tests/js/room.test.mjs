import assert from "node:assert/strict";
import { test } from "node:test";

import { EMPTY, find, mayChat, mayShare, me, others, reduce, sends } from "../../static/js/room/room.js";

const peer = (id, seq, more = {}) => ({
  id,
  seq,
  name: id.toUpperCase(),
  role: "participant",
  media: { audio: true, video: true, screen: false },
  forced: {},
  hand: false,
  online: true,
  ...more,
});
const welcome = (more = {}) => ({
  t: "welcome",
  self: "ben",
  rev: 7,
  room: { title: "Review", locked: false, chat_open: true, participants_share: true },
  peers: [peer("ben", 7), peer("ana", 3, { role: "host" })],
  chat: [],
  ...more,
});
const inside = (...messages) => [welcome(), ...messages].reduce(reduce, EMPTY);

test("nothing is believed before the welcome", () => {
  const state = reduce(EMPTY, { t: "joined", peer: peer("eva", 4), rev: 4 });

  assert.deepEqual(state, EMPTY);
});

test("the welcome is the whole truth, people in the order they came", () => {
  const state = inside();

  assert.equal(state.phase, "in");
  assert.deepEqual(state.peers.map(({ id }) => id), ["ana", "ben"]);
  assert.equal(me(state).name, "BEN");
  assert.deepEqual(others(state).map(({ id }) => id), ["ana"]);
});

test("news that the welcome already held changes nothing", () => {
  const state = inside({ t: "left", id: "ana", rev: 7 });

  assert.ok(find(state, "ana"));
});

test("several pieces of news may carry the same number", () => {
  const state = inside({ t: "joined", peer: peer("eva", 8), rev: 8 }, { t: "room", room: { locked: true }, rev: 8 });

  assert.ok(find(state, "eva"));
  assert.equal(state.room.locked, true);
});

test("who leaves takes the state of their link along", () => {
  const state = inside({ t: "link", id: "ana", status: "stuck" }, { t: "left", id: "ana", rev: 8 });

  assert.deepEqual(state.links, {});
  assert.deepEqual(others(state), []);
});

test("a welcome after an outage keeps the links to those who stayed and drops the others", () => {
  const before = inside(
    { t: "joined", peer: peer("eva", 8), rev: 8 },
    { t: "link", id: "ana", status: "connected" },
    { t: "link", id: "eva", status: "connected" },
    { t: "line", line: "down" },
  );

  const state = reduce(before, welcome({ rev: 12 }));

  assert.equal(state.line, "up");
  assert.deepEqual(state.links, { ana: "connected" });
});

test("what is said while the line is down waits, and its echo takes its place", () => {
  const waiting = inside({ t: "line", line: "down" }, { t: "say", cid: "1", text: "Hello?" });
  assert.equal(waiting.chat[0].pending, true);

  const back = reduce(waiting, welcome({ rev: 9 }));
  const echoed = reduce(back, { t: "chat", id: 5, from: "ben", name: "BEN", text: "Hello?", cid: "1" });

  assert.equal(back.chat.length, 1, "it is still there to be sent");
  assert.deepEqual(echoed.chat.map(({ id, pending }) => [id, Boolean(pending)]), [[5, false]]);
});

test("a message that arrived in the welcome is not waiting any more", () => {
  const waiting = inside({ t: "say", cid: "1", text: "Hello?" });
  const said = { id: 5, from: "ben", name: "BEN", text: "Hello?", cid: "1" };

  const state = reduce(waiting, welcome({ rev: 9, chat: [said] }));

  assert.deepEqual(state.chat, [said]);
});

test("the same message twice is one message", () => {
  const message = { t: "chat", id: 5, from: "ana", name: "ANA", text: "Hi", cid: "x" };

  const state = inside(message, message);

  assert.equal(state.chat.length, 1);
  assert.equal(state.unread, 1);
});

test("a refused message is marked, not lost", () => {
  const state = inside({ t: "say", cid: "1", text: "Psst" }, { t: "error", code: "chat_closed", fatal: false, cid: "1" });

  assert.equal(state.phase, "in");
  assert.equal(state.chat[0].failed, true);
});

test("messages count as unread only while nobody looks, and one's own never", () => {
  const hi = (id, from) => ({ t: "chat", id, from, name: from, text: "Hi", cid: String(id) });

  const closed = inside(hi(1, "ana"), hi(2, "ben"));
  const opened = reduce(closed, { t: "read" });
  const looking = reduce(opened, hi(3, "ana"));

  assert.deepEqual([closed.unread, opened.unread, looking.unread], [1, 0, 0]);
});

test("a person's changes touch only what they name", () => {
  const state = inside({ t: "state", id: "ana", hand: true, rev: 8 });

  assert.equal(find(state, "ana").hand, true);
  assert.equal(find(state, "ana").media.audio, true);
});

test("a host's mute holds against what the muted page says", () => {
  const muted = inside({ t: "state", id: "ana", forced: { audio: true }, rev: 8 });

  const state = reduce(muted, { t: "told", id: "ana", media: { audio: true, video: true } });

  assert.equal(sends(find(state, "ana"), "audio"), false);
  assert.equal(sends(find(state, "ana"), "video"), true);
});

test("hosts may share and write where participants may not", () => {
  const closed = { t: "room", room: { chat_open: false, participants_share: false }, rev: 8 };

  const participant = inside(closed);
  const cohost = reduce(participant, { t: "role", id: "ben", role: "cohost", rev: 9 });

  assert.deepEqual([mayChat(participant), mayShare(participant)], [false, false]);
  assert.deepEqual([mayChat(cohost), mayShare(cohost)], [true, true]);
});

test("what is over stays over, for the first reason", () => {
  const state = inside({ t: "bye", why: "kicked" }, { t: "over", why: "left" }, welcome({ rev: 20 }));

  assert.deepEqual([state.phase, state.why], ["over", "kicked"]);
});

test("a fatal refusal ends it, any other does not", () => {
  assert.equal(inside({ t: "error", code: "forbidden", fatal: false }).phase, "in");
  assert.equal(reduce(EMPTY, { t: "error", code: "full", fatal: true }).why, "full");
});

test("messages from the future are ignored", () => {
  const state = inside();

  assert.equal(reduce(state, { t: "captions", text: "…" }), state);
});
