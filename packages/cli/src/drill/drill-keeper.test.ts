import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describePlan } from '../commands/drill.ts';
import { DrillKeeper } from './drill-keeper.ts';
import { DRILL_DEFAULTS, type DrillPlan } from './drill-plan.ts';
import { reportOf } from './drill-report.ts';
import type { DrillTarget } from './drill-target.ts';
import { readPlannedDrills, writePlannedDrills } from './schedule-file.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'pressplay-keeper-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const REGIONS = ['east', 'west', 'europe'].map((regionId) => ({ regionId, baseUrl: `http://${regionId}` }));
const TUESDAY = Date.parse('2026-12-01T10:00Z');
const PLANNED = { schedule: 'first Tuesday 10:00', outageMs: 30_000, rate: 5 };

function keeperAt(startMs: number, process: 'up' | 'down' = 'up') {
  let nowMs = startMs;
  const held: DrillPlan[] = [];
  const printed: string[] = [];
  const target: DrillTarget = {
    regions: REGIONS,
    accessToken: async () => 'token',
    failRegion: async () => undefined,
    snapshot: async () => ({
      titles: [{ titleId: 'film', name: 'Film', durationMs: 1, live: true, copies: 4, copiesNeeded: 4 }],
      regions: REGIONS.map((region) => ({ ...region, process })),
    }),
  };
  const keeper = new DrillKeeper({
    dataDir,
    target,
    print: (text) => printed.push(text),
    wallMs: () => nowMs,
    hold: async ({ plan }) => {
      held.push(plan);
      const moments = { loadAtMs: 0, failedAtMs: 1, restartAtMs: 2, readyAtMs: 3, endMs: 4 };
      return reportOf({ plan, regionIds: [], moments, samples: [], headless: [], ownLateMs: 0 });
    },
  });
  const lookAt = async (atMs: number) => {
    nowMs = atMs;
    await keeper.look();
  };
  return { lookAt, held, printed };
}

it('holds the drill when it is due, once, and keeps its report', async () => {
  writePlannedDrills(dataDir, PLANNED);
  const { lookAt, held } = keeperAt(TUESDAY - 60_000);
  await lookAt(TUESDAY - 1);
  expect(held).toEqual([]);
  await lookAt(TUESDAY + 5000);
  await lookAt(TUESDAY + 20_000);
  expect(held).toEqual([{ ...DRILL_DEFAULTS, regionId: 'europe', titleId: 'film', outageMs: 30_000, rate: 5 }]);
  const [line = '', ...more] = readFileSync(path.join(dataDir, 'drills.jsonl'), 'utf8').trim().split('\n');
  expect(JSON.parse(line)).toMatchObject({ at: '2026-12-01T10:00:00.000Z', plan: { regionId: 'europe' } });
  expect(more).toEqual([]);
});

it('does not make up for one that came due while the fleet was down, nor hold any without a plan', async () => {
  const { lookAt, held } = keeperAt(TUESDAY + 1);
  await lookAt(TUESDAY + 20_000);
  writePlannedDrills(dataDir, PLANNED);
  await lookAt(TUESDAY + 40_000);
  expect(held).toEqual([]);
});

it('holds none while a region is down already, and says so', async () => {
  writePlannedDrills(dataDir, { ...PLANNED, regionIds: ['east'] });
  const { lookAt, held, printed } = keeperAt(TUESDAY - 1, 'down');
  await lookAt(TUESDAY + 1);
  expect(held).toEqual([]);
  expect(printed.join()).toContain('Drill: not held. No drill while east, west, europe is down already.');
});

it('a plan that somebody broke is told, and the next look goes on', async () => {
  writeFileSync(path.join(dataDir, 'drills.json'), '{"schedule":"someday"}');
  const { lookAt, printed } = keeperAt(TUESDAY - 1);
  await lookAt(TUESDAY + 1);
  expect(printed.join()).toContain('drills.json is no plan of drills');
});

it('shows when the next drill is and which region it takes', () => {
  writePlannedDrills(dataDir, PLANNED);
  expect(describePlan(readPlannedDrills(dataDir), TUESDAY - 1, { regions: REGIONS })).toBe(
    'Every first Tuesday 10:00 UTC, 30 s under 5 plays a second, if the fleet is up.\nNext: 2026-12-01 10:00 UTC, europe.',
  );
  expect(describePlan(readPlannedDrills(dataDir), TUESDAY, undefined)).toContain(
    '2027-01-05 10:00 UTC, one of the regions',
  );
  writePlannedDrills(dataDir, undefined);
  expect(describePlan(readPlannedDrills(dataDir), TUESDAY, undefined)).toBe('No drill is planned.');
});
