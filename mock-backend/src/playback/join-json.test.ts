import fc from 'fast-check';
import { expect, it } from 'vitest';
import { joinJson, releaseJson } from './join-json.ts';

const encoder = new TextEncoder();

it('joins texts and bytes as they are, and leaves alone what it joined before and is still read', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 40 }),
    fc.constant('x'.repeat(50_000)),
  );
  const answer = fc.record({ parts: fc.array(part, { maxLength: 6 }), releases: fc.nat(12) });
  fc.assert(
    fc.property(fc.array(answer, { maxLength: 12 }), (answers) => {
      const read = new Map<number, Uint8Array<ArrayBuffer>>();
      for (const [at, { parts, releases }] of answers.entries()) {
        read.set(at, joinJson(parts));
        const done = read.get(releases);
        if (done) releaseJson(done);
        read.delete(releases);
      }
      for (const [at, joined] of read) {
        const parts = answers[at]?.parts ?? [];
        const bytes = Buffer.concat(parts.map((one) => (typeof one === 'string' ? encoder.encode(one) : one)));
        expect(bytes.equals(joined)).toBe(true);
      }
      for (const joined of read.values()) releaseJson(joined);
    }),
    { numRuns: 100 },
  );
});

it('needs no new memory while answers are read', () => {
  const text = 'x'.repeat(10_000);
  const memory = new Set<ArrayBuffer>();
  const read: Uint8Array<ArrayBuffer>[] = [];
  for (let n = 0; n < 2000; n++) {
    const joined = joinJson([text]);
    memory.add(joined.buffer);
    read.push(joined);
    if (read.length > 20) for (const done of read.splice(0, 10)) releaseJson(done);
  }
  expect(memory.size).toBeLessThan(10);
});
