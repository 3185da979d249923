/** Before joining: whether this browser can connect at all, and whether the relay lets it in. */

const PATIENCE = 6000; // ms

/** Ask the server what there is, and try it: {direct, relay: "works" | "none" | "refused" | "silent", relayOnly}. */
export async function tryConnection(address, csrf) {
  const response = await fetch(address, { method: "POST", headers: { "X-CSRFToken": csrf } });
  if (!response.ok) throw new Error(response.statusText);
  const { ice, relay, relay_only: relayOnly } = await response.json();
  const [direct, relayed] = await Promise.all([relayOnly ? false : connects(), relay ? reachesRelay(ice) : "none"]);
  return { direct, relay: relayed, relayOnly };
}

/** The text keys that tell what was found. */
export function outcome({ direct, relay, relayOnly }) {
  if (direct) return ["connection_direct", `relay_${relay}`];
  if (relay === "works") return ["connection_relayed"];
  return relayOnly ? [`relay_${relay}`] : ["connection_blocked", `relay_${relay}`];
}

/** Two ends in this very page, which find each other by the addresses that this machine has. */
async function connects() {
  const [one, other] = [new RTCPeerConnection(), new RTCPeerConnection()];
  try {
    one.createDataChannel("trial");
    for (const [from, to] of [[one, other], [other, one]]) {
      from.addEventListener("icecandidate", ({ candidate }) => candidate && to.addIceCandidate(candidate).catch(() => {}));
    }
    const connected = until(one, "connectionstatechange", () => one.connectionState === "connected");
    await one.setLocalDescription();
    await other.setRemoteDescription(one.localDescription);
    await other.setLocalDescription();
    await one.setRemoteDescription(other.localDescription);
    return await connected;
  } finally {
    one.close();
    other.close();
  }
}

/** Whether the relay gives us an address of its own, or what it says instead. */
async function reachesRelay(iceServers) {
  const pc = new RTCPeerConnection({ iceServers, iceTransportPolicy: "relay" });
  let refused = false;
  pc.addEventListener("icecandidateerror", ({ errorCode }) => (refused ||= errorCode >= 400 && errorCode < 500));
  try {
    const works = new Promise((resolve) => {
      pc.addEventListener("icecandidate", ({ candidate }) => candidate?.type === "relay" && resolve(true));
    });
    const done = until(pc, "icegatheringstatechange", () => pc.iceGatheringState === "complete");
    pc.createDataChannel("trial");
    await pc.setLocalDescription();
    if (await Promise.race([works, done.then(() => false)])) return "works";
    return refused ? "refused" : "silent";
  } finally {
    pc.close();
  }
}

/** True as soon as it holds; false when that takes too long. */
function until(pc, event, holds) {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), PATIENCE);
    pc.addEventListener(event, () => holds() && resolve(true));
  });
}
