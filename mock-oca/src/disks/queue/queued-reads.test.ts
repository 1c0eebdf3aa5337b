import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { DiskError } from '../disk-store.ts';
import { QueuedReads } from './queued-reads.ts';
import { AHEAD_BYTES } from './read-window.ts';
import { RecentlyRead } from './recently-read.ts';

const MIB = 2 ** 20;
interface Film {
  readonly name: string;
  readonly sizeBytes: number;
  readonly place: number;
}
const film = (name: string, place = 0): Film => ({ name, sizeBytes: 100 * MIB, place });

/** A disk that needs 100 ms for any read, and says what it was asked. */
function disk(readsAtOnce = 4) {
  const clock = new VirtualClock();
  const asked: string[] = [];
  let fails = false;
  const load = (file: Film, startByte: number, endByte: number): Promise<void> => {
    asked.push(`${file.name} ${startByte / MIB}-${endByte / MIB}`);
    return new Promise((resolve, reject) => {
      clock.schedule(100, fails ? () => reject(new DiskError('io', 'EIO')) : resolve);
    });
  };
  const memory = new RecentlyRead<Film>(1000 * MIB);
  const reads = new QueuedReads<Film>({ clock, load, placeOf: (file) => file.place }, memory, readsAtOnce);
  return {
    clock,
    asked,
    reads,
    fail: () => {
      fails = true;
    },
  };
}

/** Whether it has come to an end, and how. */
function outcome(promise: Promise<void>): { text: string } {
  const result = { text: 'waits' };
  promise.then(
    () => {
      result.text = 'done';
    },
    (error: Error) => {
      result.text = error.message;
    },
  );
  return result;
}

describe('the reads of a disk', () => {
  it('bring what a viewer needs next with what he asked for, and then wait for nothing', async () => {
    const { clock, asked, reads } = disk();
    const a = film('a');
    const first = outcome(reads.bring(a, 0, MIB));
    expect(reads.inMemory(a, 0, MIB)).toBe(false);
    await clock.advance(100);
    expect([first.text, asked]).toEqual(['done', [`a 0-${AHEAD_BYTES / MIB}`]]);
    expect(reads.inMemory(a, 3 * MIB, MIB)).toBe(true);
    expect(reads.inMemory(a, 3 * MIB, MIB + 1)).toBe(false);
  });

  it('are joined by who wants the same, while waiting and while being read', async () => {
    const { clock, asked, reads } = disk(1);
    const a = film('a');
    const b = film('b', 200 * MIB);
    const all = [reads.bring(a, 0, MIB), reads.bring(b, 0, MIB), reads.bring(b, 2 * MIB, MIB)].map(outcome);
    await clock.advance(50);
    all.push(outcome(reads.bring(a, 3 * MIB, MIB)));
    await clock.advance(50);
    expect(all.map((each) => each.text)).toEqual(['done', 'waits', 'waits', 'done']);
    await clock.advance(100);
    expect(all.every((each) => each.text === 'done')).toBe(true);
    expect(asked).toEqual(['a 0-4', 'b 0-4']);
  });

  it('go on where a read under way ends, for who needs more', async () => {
    const { clock, asked, reads } = disk();
    const a = film('a');
    const joined = [reads.bring(a, 0, MIB), reads.bring(a, 3 * MIB, 2 * MIB)].map(outcome);
    await clock.advance(100);
    expect(joined.map((each) => each.text)).toEqual(['done', 'waits']);
    await clock.advance(100);
    expect(joined[1]?.text).toBe('done');
    expect(asked).toEqual(['a 0-4', 'a 4-7']);
  });

  it('are few at a time', async () => {
    const { clock, asked, reads } = disk(4);
    const all = Array.from({ length: 6 }, (_, i) => outcome(reads.bring(film(`f${i}`, i * 1000 * MIB), 0, MIB)));
    expect([asked.length, reads.queue.depth]).toEqual([4, { waiting: 2, running: 4 }]);
    await clock.advance(50);
    expect(reads.queue.delayMs()).toBe(50);
    await clock.advance(150);
    expect(all.every((each) => each.text === 'done')).toBe(true);
    expect(reads.queue.delayMs()).toBe(0);
  });

  it('for a viewer do not join one that nobody watches and that waits behind all viewers', async () => {
    const { clock, asked, reads } = disk(1);
    const a = film('a');
    void reads.bring(film('busy'), 0, MIB);
    void reads.bring(a, 0, MIB, true);
    const viewer = outcome(reads.bring(a, 0, MIB));
    await clock.advance(200);
    expect(viewer.text).toBe('done');
    expect(asked[1]).toBe('a 0-4');
  });

  it('that are small bring only what was asked for', async () => {
    const { clock, asked, reads } = disk();
    void reads.bring(film('a'), 5, 100);
    await clock.advance(0);
    expect(asked).toEqual([`a 0-${4096 / MIB}`]);
  });

  it('fail for all who wait for them, and all of them when the disk is given up', async () => {
    const failing = disk();
    failing.fail();
    const both = [failing.reads.bring(film('a'), 0, MIB)].map(outcome);
    await failing.clock.advance(100);
    expect(both[0]?.text).toBe('EIO');
    const hanging = disk(1);
    const all = [hanging.reads.bring(film('a'), 0, MIB), hanging.reads.bring(film('b'), 0, MIB)].map(outcome);
    hanging.reads.queue.close(new DiskError('missing', 'out of use'));
    all.push(outcome(hanging.reads.bring(film('c'), 0, MIB)));
    await hanging.clock.advance(0);
    expect(all.map((each) => each.text)).toEqual(['out of use', 'out of use', 'out of use']);
  });
});

describe('what was read of late', () => {
  it('is forgotten when more came after it than memory is taken to hold', () => {
    const memory = new RecentlyRead<string>(10);
    memory.add('a', 0, 6);
    memory.add('a', 6, 8);
    expect(memory.has('a', 1, 8)).toBe(true);
    memory.add('b', 0, 4);
    expect([memory.has('a', 0, 6), memory.has('a', 6, 8), memory.has('b', 0, 4)]).toEqual([false, true, true]);
    memory.forget('b');
    expect(memory.has('b', 0, 1)).toBe(false);
  });
});
