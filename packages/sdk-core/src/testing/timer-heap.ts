export interface HeapTimer {
  readonly dueMs: number;
  /** Order of scheduling: timers due together fire in it. */
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/** A binary heap of timers, earliest first; cancelled ones are skipped and swept once they are the majority. */
export class TimerHeap {
  #timers: HeapTimer[] = [];
  #cancelledCount = 0;

  get size(): number {
    return this.#timers.length - this.#cancelledCount;
  }

  push(timer: HeapTimer): void {
    this.#timers.push(timer);
    siftUp(this.#timers, this.#timers.length - 1);
  }

  cancel(timer: HeapTimer): void {
    if (timer.cancelled) return;
    timer.cancelled = true;
    this.#cancelledCount++;
    if (this.#cancelledCount > 64 && this.#cancelledCount * 2 > this.#timers.length) this.#sweep();
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
    if (!last || this.#timers.length === 0) return;
    this.#timers[0] = last;
    siftDown(this.#timers, 0);
  }

  /** From the last parent up, every part becomes a heap (Floyd): cheaper than to sort. */
  #sweep(): void {
    this.#timers = this.#timers.filter((timer) => !timer.cancelled);
    for (let at = (this.#timers.length >> 1) - 1; at >= 0; at--) siftDown(this.#timers, at);
    this.#cancelledCount = 0;
  }
}

function isBefore(a: HeapTimer, b: HeapTimer): boolean {
  return a.dueMs === b.dueMs ? a.order < b.order : a.dueMs < b.dueMs;
}

function siftUp(timers: HeapTimer[], from: number): void {
  let at = from;
  while (at > 0) {
    const parentAt = (at - 1) >> 1;
    if (!swapIfBefore(timers, at, parentAt)) return;
    at = parentAt;
  }
}

function siftDown(timers: HeapTimer[], from: number): void {
  let at = from;
  for (;;) {
    const left = at * 2 + 1;
    const child = earlierOf(timers, left, left + 1);
    if (child >= timers.length || !swapIfBefore(timers, child, at)) return;
    at = child;
  }
}

function earlierOf(timers: readonly HeapTimer[], leftAt: number, rightAt: number): number {
  const left = timers[leftAt];
  const right = timers[rightAt];
  return left && right && isBefore(right, left) ? rightAt : leftAt;
}

function swapIfBefore(timers: HeapTimer[], lowerAt: number, upperAt: number): boolean {
  const lower = timers[lowerAt];
  const upper = timers[upperAt];
  if (!lower || !upper || !isBefore(lower, upper)) return false;
  timers[lowerAt] = upper;
  timers[upperAt] = lower;
  return true;
}
