import fc from 'fast-check';
import { expect, it } from 'vitest';
import { joinJson } from './join-json.ts';

const encoder = new TextEncoder();

it('joins texts and bytes as they are, and leaves what it joined before alone', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 40 }),
    fc.constant('x'.repeat(50_000)),
  );
  fc.assert(
    fc.property(fc.array(fc.array(part, { maxLength: 6 }), { maxLength: 6 }), (answers) => {
      const joined = answers.map((parts) => joinJson(parts));
      for (const [at, parts] of answers.entries()) {
        const bytes = Buffer.concat(parts.map((one) => (typeof one === 'string' ? encoder.encode(one) : one)));
        expect(bytes.equals(joined[at] ?? new Uint8Array(1))).toBe(true);
      }
    }),
    { numRuns: 50 },
  );
});
