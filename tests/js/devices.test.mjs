import assert from "node:assert/strict";
import { test } from "node:test";

import { problem } from "../../static/js/room/devices.js";

const failure = (name) => new DOMException("", name);

test("what went wrong with a device has its own words", () => {
  globalThis.window = { isSecureContext: true };

  assert.equal(problem("mic", failure("NotAllowedError")), "mic_refused");
  assert.equal(problem("camera", failure("NotFoundError")), "camera_missing");
  assert.equal(problem("camera", failure("NotReadableError")), "camera_busy");
  assert.equal(problem("mic", new Error("odd")), "mic_failed");
});

test("without https there is one reason only", () => {
  globalThis.window = { isSecureContext: false };

  assert.equal(problem("camera", failure("NotFoundError")), "insecure");
});
