import assert from "node:assert/strict";
import { test } from "node:test";

import { bestGrid } from "../../static/js/room/grid.js";
import { FrameWatch } from "../../static/js/room/frame_watch.js";
import { cameraLimit, encoding } from "../../static/js/room/limits.js";
import { backOff } from "../../static/js/room/socket.js";
import { elapsed } from "../../static/js/room/ui/clock.js";

const WIDE = [1280, 640];
const UPRIGHT = [380, 640];

test("tiles fill a wide screen in the rows people know", () => {
  const grids = [1, 2, 3, 4, 5, 6, 7, 8].map((count) => {
    const { columns, rows } = bestGrid(count, ...WIDE);
    return `${columns}x${rows}`;
  });

  assert.deepEqual(grids, ["1x1", "2x1", "2x2", "2x2", "3x2", "3x2", "3x3", "3x3"]);
});

test("an upright phone stacks up to three people and then uses two columns", () => {
  assert.deepEqual([1, 2, 3, 4, 6].map((count) => bestGrid(count, ...UPRIGHT).columns), [1, 1, 1, 2, 2]);
});

test("all tiles fit, and are never slimmer or wider than a face allows", () => {
  for (const [width, height] of [WIDE, UPRIGHT, [320, 400], [2560, 1200]]) {
    for (let count = 1; count <= 8; count += 1) {
      const { columns, rows, ...tile } = bestGrid(count, width, height);
      assert.ok(tile.width * columns + 12 * (columns - 1) <= width, `${count} in ${width}x${height}`);
      assert.ok(tile.height * rows + 12 * (rows - 1) <= height, `${count} in ${width}x${height}`);
      assert.ok(tile.width / tile.height < 1.8);
    }
  }
});

test("a stage without room yet does not break", () => {
  assert.equal(bestGrid(3, 0, 0).width, 0);
});

test("everybody's uplink stays near one megabit however many there are", () => {
  for (let people = 2; people <= 8; people += 1) {
    const uplink = cameraLimit(people).bitrate * (people - 1);
    assert.ok(uplink >= 900_000 && uplink <= 1_600_000, `${people} people: ${uplink}`);
  }
});

test("a picture is made smaller, never larger", () => {
  assert.equal(encoding({ height: 360, frames: 24, bitrate: 1 }, 720).scaleResolutionDownBy, 2);
  assert.equal(encoding({ height: 360, frames: 24, bitrate: 1 }, 180).scaleResolutionDownBy, 1);
  assert.equal(encoding({ height: 360, frames: 24, bitrate: 1 }, undefined).scaleResolutionDownBy, 1);
});

test("tries to reconnect come quickly at first, about five seconds apart at most, and spread out", () => {
  assert.equal(backOff(0, () => 0.5), 300);
  assert.equal(backOff(3, () => 0.5), 2400);
  assert.equal(Math.round(backOff(30, () => 1)), 6500);
  assert.equal(backOff(30, () => 0), 3500);
});

test("the clock shows hours only where there are any", () => {
  assert.deepEqual([0, 9_000, 245_000, 3_845_000, -5].map(elapsed), ["0:00", "0:09", "4:05", "1:04:05", "0:00"]);
});

test("a camera stands still when it shows no new frame for a while, and not before", () => {
  const watch = new FrameWatch(5000);

  const changes = [[null, 0], [0, 90_000], [0, 94_000], [0, 95_500], [0, 96_000], [1, 97_000]].map(
    ([count, now]) => [watch.see(count, now), watch.stalled],
  );

  assert.deepEqual(changes, [[false, false], [false, false], [false, false], [true, true], [false, true], [true, false]]);
});

test("a page that was hidden for an hour does not blame the camera", () => {
  const watch = new FrameWatch(5000);
  watch.see(7, 0);
  watch.see(null, 3_600_000);

  watch.see(7, 3_600_250);

  assert.equal(watch.stalled, false);
});
