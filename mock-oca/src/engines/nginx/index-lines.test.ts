import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileEntry } from '../../disks/disk-store.ts';
import { indexChanges, indexOf } from './index-lines.ts';

const entry = (fileId: string, contentType?: string): FileEntry => ({
  fileId,
  titleId: 'film',
  sizeBytes: 1,
  sha256: '',
  ...(contentType && { contentType }),
});

describe('the index of the workers', () => {
  it('names title, disk and size, and leaves to Node what is no MP4 or lies nowhere', () => {
    const files = [entry('a'), entry('b', 'text/vtt'), entry('c'), entry('d', 'video/mp4')];
    const folderOf = (fileId: string) => ({ a: '/one', b: '/one', d: '/two' })[fileId];
    expect([...indexOf(files, ['/one', '/two'], folderOf)]).toEqual([
      ['a', 'film 1 1'],
      ['d', 'film 2 1'],
    ]);
  });

  it('becomes what is wanted, whatever was known, in bodies of a bounded size', () => {
    const index = fc.array(fc.tuple(fc.stringMatching(/^[0-9a-f]{4}$/), fc.stringMatching(/^[a-c] [12] [1-9]$/)));
    fc.assert(
      fc.property(index, index, (before, after) => {
        const known = new Map(before);
        const bodies = indexChanges(known, new Map(after), 40);
        for (const body of bodies) expect(body.length).toBeLessThanOrEqual(40);
        for (const line of bodies.join('').split('\n').slice(0, -1)) {
          const [id = '', ...rest] = line.split(' ');
          if (rest.length === 0) known.delete(id);
          else known.set(id, rest.join(' '));
        }
        expect(new Map([...known].sort())).toEqual(new Map([...new Map(after)].sort()));
      }),
    );
  });
});
