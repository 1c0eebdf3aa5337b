/**
 * When each OCA last said how it is, side by side: who is silent is asked every two seconds, and the records of a large
 * fleet are scattered over the memory.
 */
export class LastHeard {
  readonly #ocaIds: string[] = [];
  /** By the place of an OCA in the fleet; endless where nobody waits for it. */
  #atMs = new Float64Array(64).fill(Number.POSITIVE_INFINITY);

  /** `atMs`: undefined where the OCA stands nowhere, and its silence is no news. */
  note(number: number, ocaId: string, atMs: number | undefined): void {
    if (number >= this.#atMs.length) this.#growTo(number + 1);
    this.#ocaIds[number] = ocaId;
    this.#atMs[number] = atMs ?? Number.POSITIVE_INFINITY;
  }

  /** Those not heard of since. */
  silentSince(sinceMs: number): readonly string[] {
    const silent: string[] = [];
    for (let number = 0; number < this.#atMs.length; number++)
      if ((this.#atMs[number] ?? 0) < sinceMs) silent.push(this.#ocaIds[number] ?? '');
    return silent;
  }

  #growTo(count: number): void {
    const larger = new Float64Array(count * 2).fill(Number.POSITIVE_INFINITY);
    larger.set(this.#atMs);
    this.#atMs = larger;
  }
}
