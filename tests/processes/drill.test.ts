import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FleetUnderTest, startFleetUnderTest } from './fleet-under-test.ts';
import { CLI, start } from './supervisor.ts';

let underTest: FleetUnderTest;

beforeAll(async () => {
  underTest = await startFleetUnderTest({ serveControlRoom: true });
  expect(underTest.fleet.snapshot().titles.map(({ live }) => live)).toContain(true);
}, 300_000);
afterAll(() => underTest?.end(), 120_000);

it.each([
  ['is killed', 'kill'],
  ['hangs', 'hang'],
])(
  'a region that %s under load costs no play: the others take over, the supervisor brings it back',
  {
    timeout: 180_000,
  },
  async (_, how) => {
    const { fleet, dataDir } = underTest;
    const file = path.join(dataDir, `drill-${how}.json`);
    const times = ['--how', how, '--for', '8s', '--before', '3s', '--after', '4s'];
    const load = ['--rate', '4', '--players', '1', '--json', file, '--data', dataDir];
    const place = { dataDir, port: 0, args: [], remove: () => undefined };
    const drill = start(place, process.execPath, [CLI, 'drill', 'region', 'us-east-1', ...times, ...load]);
    if (how === 'hang') {
      await drill.printed('us-east-1 hangs');
      expect(fleet.snapshot().regions.map((region) => region.process)).toEqual(['hanging', 'up', 'up']);
    }
    await drill.exited;
    await drill.silent;
    expect(existsSync(file), drill.output()).toBe(true);
    const report = JSON.parse(readFileSync(file, 'utf8'));
    expect(report.errors, drill.output()).toEqual({});
    expect(report.plan.how).toBe(how);
    expect(report.plays.lost).toBe(0);
    expect(report.renewals.lost).toBe(0);
    expect(report.plays.asked).toBeGreaterThan(40);
    expect(report.recovery.takenOver).toBeGreaterThan(0);
    expect(report.restart.readyAfterMs).toBeGreaterThan(0);
    const [failed, ...others] = report.load;
    expect(failed.phases.during.perSecond).toBe(0);
    for (const { phases } of others) expect(phases.during.perSecond).toBeGreaterThan(0);
    expect(drill.output()).toMatch(/held +plays lost +0/);
    expect(fleet.snapshot().regions.map((region) => region.process)).toEqual(['up', 'up', 'up']);
  },
);
