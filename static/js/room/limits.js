/** What each link may send, by the number of people in the room: everybody's uplink stays near 1 Mbit/s. */
const STEPS = [
  { upTo: 2, height: 720, frames: 30, bitrate: 1_200_000 },
  { upTo: 4, height: 360, frames: 24, bitrate: 500_000 },
  { upTo: 6, height: 270, frames: 20, bitrate: 250_000 },
  { upTo: Infinity, height: 180, frames: 15, bitrate: 150_000 },
];

export const SCREEN = { frames: 10, bitrate: 1_500_000 };

/** The camera's limits in a room with this many people. */
export function cameraLimit(people) {
  return STEPS.find((step) => people <= step.upTo);
}

/** The sender parameters for a limit, given the height the camera really delivers. */
export function encoding(limit, sourceHeight) {
  const scale = limit.height && sourceHeight ? Math.max(1, sourceHeight / limit.height) : 1;
  return {
    maxBitrate: limit.bitrate,
    maxFramerate: limit.frames,
    scaleResolutionDownBy: scale,
  };
}
