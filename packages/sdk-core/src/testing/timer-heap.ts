export interface HeapTimer {
  readonly dueMs: number;
  /** Order of scheduling: timers due together fire in it. */
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/** Below so many cancelled ones a sweep is not worth it. */
const FEW = 16;

/** A binary heap of timers, earliest first; cancelled ones are skipped and swept once they are the majority. */
export class TimerHeap {
  #timers: HeapTimer[] = [];
  #cancelledCount = 0;

  get size(): number {
    return this.#timers.length - this.#cancelledCount;
  }

  push(timer: HeapTimer): void {
    const timers = this.#timers;
    let at = timers.length;
    timers.push(timer);
    // Parents move down until one is not later. Nothing is scheduled after `timer` yet: of those due together it is last.
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = timers[parentAt];
      if (!parent || parent.dueMs <= timer.dueMs) break;
      timers[at] = parent;
      at = parentAt;
    }
    timers[at] = timer;
  }

  cancel(timer: HeapTimer): void {
    if (timer.cancelled) return;
    timer.cancelled = true;
    this.#cancelledCount++;
    if (this.#cancelledCount > FEW && this.#cancelledCount * 2 > this.#timers.length) this.#sweep();
  }

  peek(): HeapTimer | undefined {
    while (this.#timers[0]?.cancelled) {
      this.#takeFirst();
      this.#cancelledCount--;
    }
    return this.#timers[0];
  }

  /** Takes the earliest. It counts as cancelled from then on, so that a late `cancel` changes nothing. */
  pop(): HeapTimer | undefined {
    const first = this.peek();
    if (!first) return undefined;
    this.#takeFirst();
    first.cancelled = true;
    return first;
  }

  #takeFirst(): void {
    const last = this.#timers.pop();
    if (last && this.#timers.length > 0) settleDown(this.#timers, 0, last);
  }

  /** From the last parent up, every part becomes a heap (Floyd): cheaper than to sort. */
  #sweep(): void {
    const timers = this.#timers.filter((timer) => !timer.cancelled);
    for (let at = (timers.length >> 1) - 1; at >= 0; at--) {
      const timer = timers[at];
      if (timer) settleDown(timers, at, timer);
    }
    this.#timers = timers;
    this.#cancelledCount = 0;
  }
}

/** Puts `timer` at `at` or as far below as earlier ones lie there, which move up. */
function settleDown(timers: HeapTimer[], from: number, timer: HeapTimer): void {
  const count = timers.length;
  let at = from;
  for (let childAt = 2 * at + 1; childAt < count; childAt = 2 * at + 1) {
    const left = timers[childAt];
    const right = timers[childAt + 1];
    const isRight = left !== undefined && right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (!child || !isBefore(child, timer)) break;
    timers[at] = child;
    at = isRight ? childAt + 1 : childAt;
  }
  timers[at] = timer;
}

function isBefore(a: HeapTimer, b: HeapTimer): boolean {
  return a.dueMs === b.dueMs ? a.order < b.order : a.dueMs < b.dueMs;
}
