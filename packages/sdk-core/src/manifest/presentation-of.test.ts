import type { PlayResponse, SegmentIndex } from '@pressplay/protocol/messages';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isPlayerError } from '../errors/player-error.ts';
import { samplePlayResponse } from '../testing/sample-play.ts';
import { presentationOf } from './presentation-of.ts';

it('lays segments end to end in time and in the file', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 500, max: 9000 }), (segments, segmentMs) => {
      const { video, audio } = presentationOf(samplePlayResponse({ segments, segmentMs }));
      for (const view of [...video, ...audio]) {
        expect(view.segments).toHaveLength(segments);
        for (const [number, segment] of view.segments.entries()) {
          const before = view.segments[number - 1];
          expect(segment.startByte).toBe(before ? before.endByte : 124);
          expect(segment.startMs).toBe(before ? before.startMs + before.durationMs : 0);
          expect(segment.endByte).toBeGreaterThan(segment.startByte);
        }
        expect(view.segments.at(-1)?.endByte).toBe(view.sizeBytes);
      }
    }),
  );
});

it('orders video from the lowest rate, however the backend sent it', () => {
  const { video } = presentationOf(samplePlayResponse({ videoBps: [3e6, 3e5, 1e6] }));
  expect(video.map((view) => view.averageBps)).toEqual([3e5, 1e6, 3e6]);
});

it('plays a silent title', () => {
  expect(presentationOf(samplePlayResponse({ audioBps: undefined })).audio).toEqual([]);
});

const broken: [string, (response: PlayResponse, index: SegmentIndex) => void][] = [
  ['a duration too few', (_, index) => index.durationsMs.pop()],
  ['segments beyond the end of the file', (_, index) => (index.sizes[0] = (index.sizes[0] ?? 0) + 1)],
  ['an init segment that is no base64', (_, index) => (index.initBase64 = '!!!!')],
  ['an init segment of another length', (_, index) => (index.initEnd = 23)],
  ['media inside the init segment', (_, index) => (index.offset0 = 3)],
  ['other borders than its siblings', (_, index) => (index.durationsMs[0] = 1000)],
  ['no video', (response) => response.fileSets[0]?.renditions.splice(0, 4)],
];

it.each(broken)('refuses an index with %s', (_, damage) => {
  const response = samplePlayResponse();
  damage(response, response.fileSets[0]?.renditions[1]?.index as SegmentIndex);
  expect(() => presentationOf(response)).toThrow(
    expect.toSatisfy((error) => isPlayerError(error) && error.code === 'region/bad-response'),
  );
});
