// What a page that waits at a door has to know about time. No document, so that it can be tested.

const HIDDEN = 15_000; // while nobody looks at the page, it asks this seldom

/** By how much the reader's clock is behind the server's, in milliseconds. */
export const skewOf = (serverNow, now) => serverNow * 1000 - now;

/** Whole seconds until a moment that is told in seconds, whatever the reader's clock says. */
export const secondsLeft = (moment, now, skew) => Math.round((moment * 1000 - now - skew) / 1000);

/** Hours (if any), minutes and seconds; nothing when it is over, or more than a day ahead. */
export function clockOf(left) {
  if (left <= 0 || left > 24 * 3600) return null;
  const clock = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  return clock[0] ? clock : clock.slice(1);
}

/** Whether the page may leave out this question: hidden, asked lately, and nobody waits for it. */
export const maySkip = ({ hidden, urgent, askedAt, now }) => hidden && !urgent && now - askedAt < HIDDEN;
