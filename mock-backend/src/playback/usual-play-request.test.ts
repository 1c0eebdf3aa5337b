import { schemas } from '@pressplay/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isUsualPlayRequest } from './usual-play-request.ts';

const usual = {
  titleId: 'film-1',
  device: { videoCodecs: ['avc1', 'hvc1'], audioCodecs: ['mp4a'], maxHeightPx: 1080 },
  idempotencyKey: 'play-0000001',
  playerId: 'player-1',
  preferences: { audioLanguages: ['en'] },
};
const everything = {
  ...usual,
  device: {
    ...usual.device,
    maxVideoBps: 8e6,
    dynamicRanges: ['hdr10', 'dolby-vision'],
    securityLevel: 'L1',
    name: 'TV',
  },
  intent: 'prefetch',
  preferences: { audioLanguages: ['en', 'de-CH'], subtitleLanguages: [] },
  manifests: true,
};
const inOrder = ({ preferences, intent, manifests, ...rest }: typeof everything) => ({
  ...rest,
  intent,
  preferences,
  manifests,
});

it('knows what players send', () => {
  for (const body of [usual, inOrder(everything)]) expect(isUsualPlayRequest(body)).toBe(true);
  expect(schemas.PlayRequest.parse(inOrder(everything))).toEqual(everything);
});

it('leaves to the schema what comes in another order: whether two requests are the same is seen by their text', () => {
  const { titleId, ...rest } = usual;
  expect(isUsualPlayRequest({ ...rest, titleId })).toBe(false);
  expect(schemas.PlayRequest.safeParse({ ...rest, titleId }).success).toBe(true);
});

it('says yes to nothing that the schema refuses or changes, however little is wrong', () => {
  const odd = fc.oneof(
    fc.constantFrom(
      undefined,
      null,
      true,
      0,
      -1,
      1.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      2 ** 53,
      '',
      'L1',
      'L4',
      'play',
    ),
    fc.constantFrom([], ['x'], [''], [1], [['a']], {}, { a: 1 }, 'Film', 'a\n', 'x'.repeat(64), 'x'.repeat(65)),
    fc.constantFrom('x'.repeat(128), 'x'.repeat(129), 'x'.repeat(7), Array(20).fill('en'), Array(41).fill('en')),
    fc.string({ unit: 'binary', maxLength: 70 }),
    fc.anything(),
  );
  const field = fc.constantFrom(
    ...Object.keys(everything),
    ...Object.keys(everything.device).map((name) => `device.${name}`),
    ...Object.keys(everything.preferences).map((name) => `preferences.${name}`),
    'other',
    'device.other',
    '__proto__',
    'device.__proto__',
  );
  const change = fc.record({ field, value: fc.option(odd, { nil: undefined }) });
  let accepted = 0;
  fc.assert(
    fc.property(fc.boolean(), fc.array(change, { maxLength: 3 }), (whole, changes) => {
      const body: Record<string, unknown> = structuredClone(whole ? inOrder(everything) : usual);
      for (const { field, value } of changes) {
        const [first = '', second] = field.split('.');
        const into = second === undefined ? body : body[first];
        if (typeof into !== 'object' || into === null) continue;
        const name = second ?? first;
        if (value === undefined) delete (into as Record<string, unknown>)[name];
        else Object.defineProperty(into, name, { value, enumerable: true, configurable: true, writable: true });
      }
      if (!isUsualPlayRequest(body)) return;
      accepted++;
      const judged = schemas.PlayRequest.safeParse(body);
      expect(judged.success).toBe(true);
      expect(JSON.stringify(judged.data)).toBe(JSON.stringify(body));
    }),
    { numRuns: 2000 },
  );
  expect(accepted).toBeGreaterThan(100);
});
