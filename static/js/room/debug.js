/** For tests, on development machines only: what really arrives, and what the page believes. */

export function expose(session) {
  window.roomDebug = { probe: () => probe(session), session };
}

async function probe({ state, mesh }) {
  const people = state.peers.filter(({ id }) => id !== state.self);
  return {
    self: state.self,
    phase: state.phase,
    line: state.line,
    roster: state.peers.map(({ id, name, role, media, forced, hand }) => ({ id, name, role, media, forced, hand })),
    waiting: state.waiting.map(({ name }) => name),
    chat: state.chat.map(({ name, text, pending = false }) => ({ name, text, pending })),
    peers: Object.fromEntries(await Promise.all(people.map(async (peer) => [peer.name, await measure(peer, mesh)]))),
  };
}

async function measure({ id }, mesh) {
  const reports = [...((await mesh.link(id)?.stats()) ?? new Map()).values()];
  const inbound = reports.filter(({ type }) => type === "inbound-rtp");
  const sound = inbound.find(({ kind }) => kind === "audio") ?? {};
  return {
    status: mesh.link(id)?.status,
    generation: mesh.link(id)?.generation,
    listening: mesh.link(id)?.incoming.mic?.enabled ?? false,
    videos: ["camera", "screen"].map((line) => seen(id, line)),
    audio: { packets: sound.packetsReceived ?? 0, energy: sound.totalAudioEnergy ?? 0 },
  };
}

function seen(id, line) {
  const video = document.querySelector(`[data-peer="${id}"][data-line="${line}"] video`);
  return {
    line,
    width: video?.videoWidth ?? 0,
    frames: video?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
    time: video?.currentTime ?? 0,
  };
}
