import { presentationOf } from '@pressplay/sdk-core';
import { lookAhead, selectRendition } from '@pressplay/sdk-core/abr';
import { samplePlayResponse } from '@pressplay/sdk-core/testing';
import { type Bench, type Metric, median } from './metric.ts';

const ROUNDS = 15;
const CALLS = 20_000;

/** What one choice of a rendition costs. */
export const decisions: Bench = async () => {
  const { video } = presentationOf(samplePlayResponse());
  const rule = lookAhead();
  const perCallUs: number[] = [];
  let sink = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    for (let i = 0; i < CALLS; i++) {
      const current = video[i % video.length];
      const context = {
        video,
        segmentNumber: i % 20,
        bufferAheadMs: (i * 37) % 30_000,
        throughputBps: 300_000 + ((i * 7919) % 9_000_000),
      };
      sink += selectRendition(current ? { ...context, current } : context, rule).rendition.averageBps;
    }
    perCallUs.push(((performance.now() - startMs) * 1_000) / CALLS);
  }
  if (sink === 0) throw new Error('The choices were not made.');
  const metrics: Metric[] = [
    { name: 'select-rendition', value: median(perCallUs), unit: 'us', better: 'lower', target: 100 },
  ];
  return metrics;
};
