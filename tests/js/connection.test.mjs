import assert from "node:assert/strict";
import { test } from "node:test";

import { outcome } from "../../static/js/room/connection.js";

test("who connects directly is told what the relay adds", () => {
  assert.deepEqual(outcome({ direct: true, relay: "works" }), ["connection_direct", "relay_works"]);
  assert.deepEqual(outcome({ direct: true, relay: "refused" }), ["connection_direct", "relay_refused"]);
});

test("who cannot is told whether the relay helps", () => {
  assert.deepEqual(outcome({ direct: false, relay: "works" }), ["connection_relayed"]);
  assert.deepEqual(outcome({ direct: false, relay: "none" }), ["connection_blocked", "relay_none"]);
});

test("where everything goes through the relay, nothing is said of direct connections", () => {
  assert.deepEqual(outcome({ direct: false, relay: "works", relayOnly: true }), ["connection_relayed"]);
  assert.deepEqual(outcome({ direct: false, relay: "silent", relayOnly: true }), ["relay_silent"]);
});
