import { describe, expect, it } from 'vitest';
import { type DiskEvent, FRESH_DISK, HANGING_AFTER_MS, judgeDisk } from './judge-disk.ts';

const after = (events: readonly DiskEvent[]) => events.reduce(judgeDisk, FRESH_DISK);
const read = (tookMs: number): DiskEvent => ({ kind: 'read', bytes: 4 * 2 ** 20, tookMs });
const error = (code: string): DiskEvent => ({ kind: 'error', code });

describe('a disk', () => {
  it.each(['EIO', 'EROFS', 'ENODEV', 'EUCLEAN'])('is out at the first %s', (code) => {
    expect(after([error(code)])).toMatchObject({ verdict: 'out', reason: `it fails with ${code}` });
  });

  it('stays in use when it is full, or when one file is not found', () => {
    expect(after([error('ENOSPC'), error('ENOENT'), error('EMFILE')]).verdict).toBe('good');
  });

  it('is out when its folder is gone, and when a read hangs', () => {
    expect(after([{ kind: 'vanished' }]).verdict).toBe('out');
    expect(after([{ kind: 'hanging', forMs: HANGING_AFTER_MS - 1 }]).verdict).toBe('good');
    expect(after([{ kind: 'hanging', forMs: HANGING_AFTER_MS }]).verdict).toBe('out');
  });

  it('is out when most of its reads are slow, not when it is only busy or slow now and then', () => {
    expect(after(Array(50).fill(read(300))).verdict).toBe('good');
    expect(after(Array.from({ length: 50 }, (_, i) => read(i % 2 ? 9000 : 100))).verdict).toBe('good');
    expect(after(Array(5).fill(read(9000))).verdict).toBe('good');
    expect(after(Array(6).fill(read(9000)))).toMatchObject({
      verdict: 'out',
      reason: '6 of its last 6 reads were slow',
    });
  });

  it('is not taken back for one good read', () => {
    expect(after([error('EIO'), read(1)]).verdict).toBe('out');
  });
});
