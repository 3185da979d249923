/** The people and screens one sees. */
import { me, others, sends } from "../room.js";
import { bestGrid } from "../grid.js";
import { find, initials, keyed, piece, put, show, text, tone } from "./page.js";

export const OWN = "own"; // our own tracks are there before the server names us
const LOUD = 0.02;
const LINGER = 600; // ms: a ring that follows every syllable flickers

export class Stage {
  #tracks = new Map(); // "<id>:<line>" → track
  #loudAt = new Map();
  #state = null;

  constructor() {
    this.root = find("[data-stage]");
    this.room = find("[data-room]");
    new ResizeObserver(() => this.#size()).observe(this.root);
  }

  /** This track belongs to that person's camera or screen; null when it is gone. */
  setTrack(id, line, track) {
    this.#tracks.set(`${id}:${line}`, track);
    if (this.#state) this.draw(this.#state);
  }

  draw(state) {
    this.#state = state;
    const tiles = tilesOf(state);
    this.root.dataset.layout = layoutOf(tiles);
    keyed(this.root, tiles, {
      key: ({ key }) => key,
      create: ({ line }) => newTile(line),
      update: (tile, { peer, line }) => this.#update(tile, peer, line),
    });
    this.#size();
  }

  /** Light the ring of those who speak: `levels` is id → 0 to 1. */
  light(levels) {
    for (const [id, level] of levels) if (level > LOUD) this.#loudAt.set(id, Date.now());
    for (const tile of this.root.children) {
      const loud = Date.now() - (this.#loudAt.get(tile.dataset.peer) ?? 0) < LINGER;
      tile.classList.toggle("tile--speaking", loud && tile.dataset.line === "camera");
    }
  }

  /** The frames our own picture has shown so far. */
  ownFrames() {
    const video = find(`.tile--own[data-line="camera"] video`, this.root);
    return video?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
  }

  #update(tile, peer, line) {
    const own = peer.id === this.#state.self;
    const visible = line === "screen" || sends(peer, "video");
    tile.dataset.peer = peer.id;
    tile.dataset.tone = tone(peer.name);
    tile.classList.toggle("tile--own", own);
    tile.classList.toggle("tile--pictured", visible);
    this.#fillVideo(find("video", tile), visible ? this.#tracks.get(`${own ? OWN : peer.id}:${line}`) : null);
    put(find("[data-name]", tile), nameOn(peer, line, own));
    put(find("[data-initials]", tile), initials(peer.name));
    this.#updateSigns(tile, peer, line, own);
  }

  #updateSigns(tile, peer, line, own) {
    const camera = line === "camera";
    const link = own ? "connected" : (this.#state.links[peer.id] ?? "connecting");
    const troubled = !peer.online || link === "reconnecting" || link === "stuck";
    show(find("[data-mic-off]", tile), camera && !sends(peer, "audio"));
    show(find("[data-forced]", tile), camera && Boolean(peer.forced?.audio));
    show(find("[data-hand]", tile), camera && Boolean(peer.hand));
    show(find("[data-reconnecting]", tile), camera && !own && troubled);
    show(find("[data-note]", tile), camera && link === "stuck");
    put(find("[data-note]", tile), link === "stuck" ? text("stuck", { name: peer.name }) : "");
    tile.classList.toggle("tile--waiting", link === "connecting");
  }

  #fillVideo(video, track) {
    if ((video.srcObject?.getTracks()[0] ?? null) === (track ?? null)) return;
    video.srcObject = track ? new MediaStream([track]) : null;
    if (track) video.play().catch(() => {}); // muted video may always play; it may be taken away before it does
  }

  #size() {
    const { layout } = this.root.dataset;
    const box = this.root.getBoundingClientRect();
    const count = layout === "duo" ? 1 : this.root.children.length;
    const size = bestGrid(count, box.width, box.height);
    this.root.style.setProperty("--tile-width", `${size.width}px`);
    this.root.style.setProperty("--tile-height", `${size.height}px`);
  }
}

/** Everybody's camera, self last, after any screens. */
function tilesOf(state) {
  const people = [...others(state), me(state)].filter(Boolean);
  const screens = people.filter((peer) => peer.media?.screen && peer.id !== state.self);
  return [
    ...screens.map((peer) => ({ key: `${peer.id}:screen`, peer, line: "screen" })),
    ...people.map((peer) => ({ key: `${peer.id}:camera`, peer, line: "camera" })),
  ];
}

function layoutOf(tiles) {
  if (tiles.some(({ line }) => line === "screen")) return "share";
  return tiles.length === 2 ? "duo" : "grid";
}

function newTile(line) {
  const tile = piece("tile");
  tile.dataset.line = line;
  tile.classList.add(`tile--${line}`);
  return tile;
}

function nameOn(peer, line, own) {
  if (line === "screen") return text("screen_of", { name: peer.name });
  return own ? text("yourself") : peer.name;
}

