import { createWorld, synthesizeTitle } from '@pressplay/testkit/simulation';
import { describe, expect, it } from 'vitest';

const TITLE = synthesizeTitle({ titleId: 'noise-1', durationMs: 60_000, fragmentsPerSegment: 4 });

/** A byte whose damage makes a fragment's media data longer, but not longer than its segment. */
interface Weakness {
  readonly fileId: string;
  readonly atByte: number;
  readonly segmentNumber: number;
}

/** In the best rendition and the second half of the file, so that `everyBytes` meets it and nothing else. */
function weakness(): Weakness {
  const { fileId, index } = TITLE.title.renditions.filter(({ kind }) => kind === 'video').at(-1) ?? fail();
  const file = Buffer.from(TITLE.files.get(fileId) ?? fail());
  let startByte = index.offset0;
  for (const [segmentNumber, sizeBytes] of index.sizes.entries()) {
    // The third byte of four: turned around, it adds up to 65 kB.
    const atByte = file.indexOf('mdat', startByte) - 2;
    const isSmall = (file[atByte] ?? 0) < 0x60;
    if (isSmall && atByte > file.length / 2) return { fileId, atByte, segmentNumber };
    startByte += sizeBytes;
  }
  return fail();
}

function fail(): never {
  throw new Error('The title is not as this test needs it.');
}

describe('a fragment damaged in a way that no box shows', () => {
  const { fileId, atByte, segmentNumber } = weakness();

  it('costs a play its buffer, not its life: its segment comes anew from a server that has it right', async () => {
    const world = await createWorld({ seed: 11, titles: [TITLE] });
    const player = world.createPlayer({ bufferGoalMs: 10_000 });
    await world.settle(player.load('noise-1', { autoplay: true }), 10_000);
    await world.runUntil(() => player.stats().positionMs > 5000, 10_000);
    const ocaId = player.ledger().entries.at(-1)?.ocaId ?? fail();
    await world.setFaults(ocaId, [{ kind: 'corrupt', everyBytes: atByte + 1, fileId }]);
    await world.runUntil(() => player.state === 'ended' || player.state === 'failed', 120_000);
    expect(player.state, world.failure('the play').message).toBe('ended');
    const ranges = world
      .witnessed(player)
      .filter((range) => range.fileId === fileId && range.segmentNumber === segmentNumber);
    expect(ranges.map(({ outcome }) => outcome)).toEqual(['failed', 'complete']);
    expect(ranges.map(({ wrongBytes }) => wrongBytes > 0)).toEqual([true, false]);
    expect(player.stats()).toMatchObject({ rebufferCount: 1 });
    expect(player.stats().rebufferMs).toBeLessThan(1000);
  });
});
