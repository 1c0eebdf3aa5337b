interface Interval<F> {
  readonly file: F;
  readonly startByte: number;
  readonly endByte: number;
}

/** What was read from a disk of late, and so most likely lies in memory: for where nobody can ask the kernel. */
export class RecentlyRead<F> {
  readonly #limitBytes: number;
  readonly #byFile = new Map<F, Interval<F>[]>();
  readonly #oldestFirst = new Set<Interval<F>>();
  #bytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  add(file: F, startByte: number, endByte: number): void {
    const interval = { file, startByte, endByte };
    const others = this.#byFile.get(file);
    if (others) others.push(interval);
    else this.#byFile.set(file, [interval]);
    this.#oldestFirst.add(interval);
    this.#bytes += endByte - startByte;
    for (const oldest of this.#oldestFirst) {
      if (this.#bytes <= this.#limitBytes) return;
      this.#drop(oldest);
    }
  }

  has(file: F, startByte: number, endByte: number): boolean {
    const intervals = this.#byFile.get(file) ?? [];
    let reached = startByte;
    while (reached < endByte) {
      const next = intervals.find((each) => each.startByte <= reached && reached < each.endByte);
      if (!next) return false;
      reached = next.endByte;
    }
    return true;
  }

  forget(file: F): void {
    for (const interval of [...(this.#byFile.get(file) ?? [])]) this.#drop(interval);
  }

  #drop(interval: Interval<F>): void {
    this.#oldestFirst.delete(interval);
    this.#bytes -= interval.endByte - interval.startByte;
    const rest = (this.#byFile.get(interval.file) ?? []).filter((each) => each !== interval);
    if (rest.length > 0) this.#byFile.set(interval.file, rest);
    else this.#byFile.delete(interval.file);
  }
}
