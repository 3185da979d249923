/** How long the meeting has been running. */
import { find, put } from "./page.js";

/** Hours only where there are any: 4:05, 1:04:05. */
export function elapsed(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  const [minute, second] = parts.map((part) => String(part).padStart(2, "0"));
  return hours ? `${hours}:${minute}:${second}` : `${parts[0]}:${second}`;
}

export function runClock(startedAt) {
  const clock = find("[data-clock]");
  const since = startedAt ? new Date(startedAt).getTime() : Date.now();
  const tick = () => put(clock, elapsed(Date.now() - since));
  tick();
  return setInterval(tick, 1000);
}
