/** Sites whose routes are equally good, in no order. Used by one decision after another. */
export class Ties {
  count = 0;
  /** Of each its first announcement, */
  firsts = new Int32Array(64);
  /** the announcement behind its last, */
  ends = new Int32Array(64);
  /** and how near it is: more is nearer. */
  nearness = new Float64Array(64);

  add(announcement: number, nearness: number): void {
    const at = this.count++;
    if (at === this.firsts.length) this.#grow();
    this.firsts[at] = announcement;
    this.ends[at] = announcement + 1;
    this.nearness[at] = nearness;
  }

  /** This announcement is of the site that was added last, too. */
  widen(announcement: number): void {
    this.ends[this.count - 1] = announcement + 1;
  }

  /** The last takes the place of the one that goes. */
  remove(at: number): void {
    const last = --this.count;
    this.firsts[at] = this.firsts[last] ?? 0;
    this.ends[at] = this.ends[last] ?? 0;
    this.nearness[at] = this.nearness[last] ?? 0;
  }

  #grow(): void {
    const { firsts, ends, nearness } = this;
    this.firsts = new Int32Array(firsts.length * 2);
    this.firsts.set(firsts);
    this.ends = new Int32Array(ends.length * 2);
    this.ends.set(ends);
    this.nearness = new Float64Array(nearness.length * 2);
    this.nearness.set(nearness);
  }
}
