import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** In percent of what was alive at the last collection: with so much more the heap is collected again. */
const GROWS_BY = 40;

/**
 * Lets the heap of this process grow by less than V8 would, which takes four times of what is alive where there is memory
 * enough. No limit: a larger catalog has a larger heap.
 */
export function keepHeapLean(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWS_BY}`);
}

/**
 * Lets go of what this thread does not need any more, with everything in it waiting: for a moment when nobody does. The flag
 * stays, for it is that of all threads: one that took it back would take it from another.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
}
