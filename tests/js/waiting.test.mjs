import assert from "node:assert/strict";
import { test } from "node:test";

import { clockOf, maySkip, secondsLeft, skewOf } from "../../static/js/waiting.js";

const START = 1_800_000_000; // seconds
const NOW = (START - 90) * 1000;

test("a reader's clock that is wrong by hours changes nothing", () => {
  for (const wrong of [0, 3 * 3600_000, -3 * 3600_000]) {
    const skew = skewOf(START - 90, NOW + wrong);

    assert.equal(secondsLeft(START, NOW + wrong, skew), 90);
    assert.equal(secondsLeft(START, NOW + wrong + 60_000, skew), 30);
  }
});

test("the clock has hours only when there are some", () => {
  assert.deepEqual(clockOf(90), [1, 30]);
  assert.deepEqual(clockOf(3661), [1, 1, 1]);
});

test("there is no clock when it is over, or more than a day ahead", () => {
  assert.equal(clockOf(0), null);
  assert.equal(clockOf(-5), null);
  assert.equal(clockOf(24 * 3600 + 1), null);
});

test("a page that is looked at always asks, a hidden one seldom, unless somebody waits for it", () => {
  const asked = { hidden: true, urgent: false, askedAt: 0, now: 2_000 };

  assert.equal(maySkip(asked), true);
  assert.equal(maySkip({ ...asked, hidden: false }), false);
  assert.equal(maySkip({ ...asked, urgent: true }), false);
  assert.equal(maySkip({ ...asked, now: 15_000 }), false);
});
