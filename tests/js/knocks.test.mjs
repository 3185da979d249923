import assert from "node:assert/strict";
import { test } from "node:test";

import { claim, newcomers, titled } from "../../static/js/knock_memory.js";

const ANA = { key: "a1", name: "Ana" };
const BEN = { key: "c2", name: "Ben" };

test("somebody is new once, and again when they come back", () => {
  const known = new Set();

  assert.deepEqual(newcomers([ANA], known), [ANA]);
  assert.deepEqual(newcomers([ANA, BEN], known), [BEN]);
  assert.deepEqual(newcomers([BEN], known), []);
  assert.deepEqual(newcomers([ANA, BEN], known), [ANA]);
});

test("the title counts who waits, and is itself again afterwards", () => {
  assert.equal(titled("Meetings", 2), "(2) Meetings");
  assert.equal(titled("(2) Meetings", 1), "(1) Meetings");
  assert.equal(titled("(1) Meetings", 0), "Meetings");
});

test("of several tabs one tells, for ten minutes", () => {
  const first = claim([ANA], {}, 0);
  const second = claim([ANA, BEN], first.told, 1000);
  const later = claim([ANA], second.told, 600_000);

  assert.deepEqual(first.mine, [ANA]);
  assert.deepEqual(second.mine, [BEN]);
  assert.deepEqual(later.mine, [ANA]);
  assert.deepEqual(Object.keys(later.told).sort(), ["a1", "c2"]);
});
