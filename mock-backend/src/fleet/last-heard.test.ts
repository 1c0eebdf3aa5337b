import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LastHeard } from './last-heard.ts';

it('names who was not heard of since, and nobody who stands nowhere', () => {
  const note = fc.record({ number: fc.nat(200), atMs: fc.option(fc.nat(20), { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(note), fc.nat(20), (notes, sinceMs) => {
      const heard = new LastHeard();
      const last = new Map<number, number | undefined>();
      for (const { number, atMs } of notes) {
        heard.note(number, `oca-${number}`, atMs);
        last.set(number, atMs);
      }
      const silent = [...last].filter(([, atMs]) => atMs !== undefined && atMs < sinceMs);
      expect([...heard.silentSince(sinceMs)].sort()).toEqual(silent.map(([number]) => `oca-${number}`).sort());
    }),
  );
});
