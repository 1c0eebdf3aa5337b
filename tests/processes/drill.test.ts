import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLI, missingBuild, newPlace, type Place, processesOf, start, until } from './supervisor.ts';

let place: Place;

beforeAll(async () => {
  const missing = missingBuild();
  if (missing) throw new Error(missing);
  place = await newPlace();
}, 60_000);
afterAll(async () => {
  await until(
    () => processesOf(place.dataDir).length === 0,
    15_000,
    () => `still running: ${processesOf(place.dataDir)}`,
  );
  place.remove();
}, 30_000);

it('a region that fails under load costs no play: the others take over, the supervisor brings it back', {
  timeout: 240_000,
}, async () => {
  const up = start(place, process.execPath, [CLI, 'up', ...place.args]);
  await up.printed('Pressplay is up', 120_000);
  const file = path.join(place.dataDir, 'drill.json');
  const times = ['--for', '6s', '--before', '3s', '--after', '3s'];
  const load = ['--rate', '10', '--players', '2', '--json', file, '--data', place.dataDir];
  const drill = start(place, process.execPath, [CLI, 'drill', 'region', 'us-east-1', ...times, ...load]);
  await drill.exited;
  const report = JSON.parse(readFileSync(file, 'utf8'));
  expect(report.errors, drill.output()).toEqual({});
  expect(report.plays.lost).toBe(0);
  expect(report.renewals.lost).toBe(0);
  expect(report.plays.asked).toBeGreaterThan(50);
  expect(report.recovery.takenOver).toBeGreaterThan(0);
  expect(report.restart.firstPlayAfterMs).toBeGreaterThan(0);
  expect(report.headless.map(({ stalls }: { stalls: number }) => stalls)).toEqual([0, 0]);
  const [failed, ...others] = report.load;
  expect(failed.phases.during.perSecond).toBe(0);
  for (const { phases } of others) expect(phases.during.perSecond).toBeGreaterThan(phases.before.perSecond);
  expect(drill.output()).toContain('plays lost');
  up.child.kill('SIGINT');
  await up.exited;
});
