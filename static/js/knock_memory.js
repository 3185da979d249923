// What a host has been told about people who wait. No document, so that it can be tested.

const FORGOTTEN_AFTER = 600_000; // milliseconds: who comes again later is told of again

/** Those of the people here whom this page has not shown before; `known` learns of them. */
export function newcomers(people, known) {
  const fresh = people.filter(({ key }) => !known.has(key));
  for (const { key } of fresh) known.add(key);
  for (const key of known) if (!people.some((each) => each.key === key)) known.delete(key);
  return fresh;
}

/** The title with how many wait; the bare one when nobody does. */
export function titled(title, count) {
  const bare = title.replace(/^\(\d+\) /, "");
  return count ? `(${count}) ${bare}` : bare;
}

/**
 * Of these people, those whom no page of this browser has told about yet, and what is remembered
 * from now on: key → when.
 */
export function claim(people, told, now) {
  const kept = Object.fromEntries(
    Object.entries(told).filter(([, at]) => now - at < FORGOTTEN_AFTER),
  );
  const mine = people.filter(({ key }) => !(key in kept));
  for (const { key } of mine) kept[key] = now;
  return { mine, told: kept };
}
