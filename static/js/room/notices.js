/** What a change of the room is worth saying: pure, from the state before and after. */
import { me, others } from "./room.js";

/** A list of {key, names?, name?, urgent?}: text keys with what goes into them. */
export function notices(before, after) {
  if (before.phase !== "in" || after.phase !== "in" || before.self !== after.self) return [];
  return [...comings(before, after), ...hands(before, after), ...mine(before, after), ...doors(before, after)];
}

function comings(before, after) {
  const was = new Map(others(before).map((peer) => [peer.id, peer]));
  const is = new Map(others(after).map((peer) => [peer.id, peer]));
  const came = [...is.values()].filter(({ id }) => !was.has(id)).map(({ name }) => name);
  const went = [...was.values()].filter(({ id }) => !is.has(id)).map(({ name }) => name);
  return [
    ...(came.length ? [{ key: "joined", names: came }] : []),
    ...(went.length ? [{ key: "left", names: went }] : []),
  ];
}

function hands(before, after) {
  const raised = new Set(before.peers.filter(({ hand }) => hand).map(({ id }) => id));
  return others(after)
    .filter(({ id, hand }) => hand && !raised.has(id))
    .map(({ name }) => ({ key: "hand_raised", name }));
}

function mine(before, after) {
  const was = me(before) ?? {};
  const is = me(after) ?? {};
  const said = [];
  if (is.forced?.audio && !was.forced?.audio) said.push({ key: "muted_by_host", urgent: true });
  if (!is.forced?.audio && was.forced?.audio) said.push({ key: "unmuted_by_host", urgent: true });
  if (is.forced?.video && !was.forced?.video) said.push({ key: "camera_off_by_host", urgent: true });
  if (was.role && is.role !== was.role) said.push({ key: `role_${is.role}` });
  return said;
}

function doors(before, after) {
  const said = [];
  if (after.room.locked !== before.room.locked) said.push({ key: after.room.locked ? "locked" : "unlocked" });
  if (after.room.chat_open !== before.room.chat_open) said.push({ key: after.room.chat_open ? "chat_opened" : "chat_closed" });
  return said;
}

/** Those who knock now and did not before. */
export function knocks(before, after) {
  const known = new Set(before.waiting.map(({ id }) => id));
  return after.waiting.filter(({ id }) => !known.has(id));
}
