/** Whether a picture stands still, by the number of frames it has shown. */

export class FrameWatch {
  stalled = false;
  #count = null;
  #movedAt = 0;

  constructor(patience) {
    this.patience = patience;
  }

  /** Take a look; true when `stalled` has changed. Null says that there is nothing to look at. */
  see(count, now = Date.now()) {
    const before = this.stalled;
    if (count === null || count !== this.#count) this.#movedAt = now;
    this.#count = count;
    this.stalled = now - this.#movedAt > this.patience;
    return this.stalled !== before;
  }
}
