import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Fleet, findFreeBasePort, portsFrom, startFleet } from '@pressplay/testkit/fleet';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLI, missingBuild, start, until } from './supervisor.ts';

const dataDir = mkdtempSync(path.join(tmpdir(), 'pressplay-drill-'));
let fleet: Fleet;

beforeAll(async () => {
  const missing = missingBuild();
  if (missing) throw new Error(missing);
  fleet = await startFleet({
    dataDir,
    ports: portsFrom(await findFreeBasePort()),
    database: 'embedded',
    titles: 'sample',
    serveControlRoom: true,
    // A report that a busy machine holds up is no silence.
    controlPlane: { healthDeadlineMs: 60_000, grantRefreshMs: 2000 },
  });
  await until(
    () => fleet.snapshot().titles.some(({ live }) => live),
    90_000,
    () => 'no title is live',
  );
}, 120_000);
afterAll(async () => {
  await fleet?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}, 30_000);

it('a region that fails under load costs no play: the others take over, the supervisor brings it back', {
  timeout: 180_000,
}, async () => {
  const file = path.join(dataDir, 'drill.json');
  const times = ['--for', '8s', '--before', '3s', '--after', '4s'];
  const load = ['--rate', '4', '--players', '1', '--json', file, '--data', dataDir];
  const place = { dataDir, port: 0, args: [], remove: () => undefined };
  const drill = start(place, process.execPath, [CLI, 'drill', 'region', 'us-east-1', ...times, ...load]);
  await drill.exited;
  expect(existsSync(file), drill.output()).toBe(true);
  const report = JSON.parse(readFileSync(file, 'utf8'));
  expect(report.errors, drill.output()).toEqual({});
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
});
