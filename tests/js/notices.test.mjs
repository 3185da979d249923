import assert from "node:assert/strict";
import { test } from "node:test";

import { knocks, notices } from "../../static/js/room/notices.js";

const state = (more = {}) => ({
  phase: "in",
  self: "me",
  room: { locked: false, chat_open: true },
  peers: [{ id: "me", name: "Me", role: "participant", forced: {} }],
  waiting: [],
  ...more,
});
const withPeople = (...people) => state({ peers: [...state().peers, ...people] });
const ana = { id: "ana", name: "Ana", role: "participant", forced: {} };
const ben = { id: "ben", name: "Ben", role: "participant", forced: {} };

test("people who come at once are told in one sentence", () => {
  assert.deepEqual(notices(state(), withPeople(ana, ben)), [{ key: "joined", names: ["Ana", "Ben"] }]);
});

test("one's own arrival is no news", () => {
  assert.deepEqual(notices(state({ phase: "connecting", peers: [] }), withPeople(ana)), []);
});

test("after an absence under a new name in the roster nobody is announced again", () => {
  assert.deepEqual(notices(state(), { ...withPeople(ana), self: "me2" }), []);
});

test("a raised hand is told once", () => {
  const raised = withPeople({ ...ana, hand: true });

  assert.deepEqual(notices(withPeople(ana), raised), [{ key: "hand_raised", name: "Ana" }]);
  assert.deepEqual(notices(raised, raised), []);
});

test("being muted by a host is urgent, and so is its end", () => {
  const muted = state({ peers: [{ ...state().peers[0], forced: { audio: true } }] });

  assert.deepEqual(notices(state(), muted), [{ key: "muted_by_host", urgent: true }]);
  assert.deepEqual(notices(muted, state()), [{ key: "unmuted_by_host", urgent: true }]);
});

test("becoming a co-host is told to the one who became it", () => {
  const cohost = state({ peers: [{ ...state().peers[0], role: "cohost" }] });

  assert.deepEqual(notices(state(), cohost), [{ key: "role_cohost" }]);
});

test("a lock is told when it is turned", () => {
  const locked = state({ room: { locked: true, chat_open: true } });

  assert.deepEqual(notices(state(), locked), [{ key: "locked" }]);
});

test("only new knocks ring", () => {
  const before = state({ waiting: [{ id: 1, name: "Ana" }] });
  const after = state({ waiting: [{ id: 1, name: "Ana" }, { id: 2, name: "Ben" }] });

  assert.deepEqual(knocks(before, after).map(({ name }) => name), ["Ben"]);
});
