import { describe, expect, it } from 'vitest';
import { clockJump, corruption, draining, TROUBLES } from '../simulation/troubles.ts';
import { simulateSeed } from './simulate-seed.ts';
import { TraceLibrary } from './trace-library.ts';

const SEEDS = Array.from({ length: 120 }, (_, i) => i + 1);
const WITHOUT_TRACES = new TraceLibrary(undefined);
const MADE = [...TROUBLES, clockJump, corruption, draining].map(({ name }) => name);
const REGIONS = ['region-kill', 'region-restart', 'all-regions-down', 'region-failover', 'region-clock'];
const VIEWERS = ['seek', 'pause', 'rate', 'line-hang', 'line-reset', 'line-refuse'];
const ANSWERS = ['answer-overloaded', 'answer-token-expired', 'renewal'];

const happened = new Set<string>();

describe('a session', () => {
  it.each(SEEDS)('of seed %i breaks nothing', async (seed) => {
    const { violations, happenings } = await simulateSeed(seed, WITHOUT_TRACES);
    const replay = `npm run simulate -- --sessions 1 --seed ${seed} --traces none`;
    expect(violations, replay).toEqual([]);
    for (const name of Object.keys(happenings)) happened.add(name);
  });

  it('of one of these seeds or another saw everything that a scene can hold', () => {
    expect([...MADE, ...REGIONS, ...VIEWERS, ...ANSWERS].filter((name) => !happened.has(name))).toEqual([]);
  });
});
