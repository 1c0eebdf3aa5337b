import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CLI,
  missingBuild,
  newPlace,
  openPorts,
  type Place,
  processesOf,
  type Run,
  start,
  until,
} from './supervisor.ts';

const UP = 'Pressplay is up';
/** From the signal to the last process and port, with room for a busy machine. */
const GONE_MS = 6000;

let place: Place;
let running: Run | undefined;

beforeEach(async () => {
  const missing = missingBuild();
  if (missing) throw new Error(missing);
  place = await newPlace();
});

afterEach(() => {
  for (const pid of processesOf(place.dataDir)) kill(pid);
  running?.child.kill('SIGKILL');
  running = undefined;
  place.remove();
});

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

function supervisorPid(): number {
  return (JSON.parse(readFileSync(path.join(place.dataDir, 'run/fleet.json'), 'utf8')) as { pid: number }).pid;
}

/** Each file of the origin with the time it was written: encoded anew, it would be younger. */
function originFiles(): string[] {
  const folder = path.join(place.dataDir, 'origin', 'files');
  return readdirSync(folder).map((name) => `${name} ${statSync(path.join(folder, name)).mtimeMs}`);
}

async function expectNothingLeft(): Promise<void> {
  const left = async () => [
    ...processesOf(place.dataDir).map((pid) => `process ${pid}`),
    ...(await openPorts(place.port)),
  ];
  await until(
    async () => (await left()).length === 0,
    GONE_MS,
    () => `still there: ${processesOf(place.dataDir).join(', ')}`,
  );
  expect(await left()).toEqual([]);
}

/** Under npm as with `npm start`, without the set-up before it. */
function npmUp(): Run {
  return start(place, 'npm', ['exec', '--offline', '--', 'node', CLI, 'up', ...place.args]);
}

const hasScript = spawnSync('script', ['--version']).status === 0;

describe('a fleet leaves no process and no port', { timeout: 600_000 }, () => {
  it.skipIf(!hasScript)('after Ctrl-C in a terminal', async () => {
    running = start(place, 'script', [
      '-qec',
      `npm exec --offline -- node ${CLI} up ${place.args.join(' ')}`,
      '/dev/null',
    ]);
    await running.printed(UP);
    expect(await openPorts(place.port)).toHaveLength(17);
    running.child.stdin?.write('\u0003');
    await running.exited;
    await expectNothingLeft();
  });

  it('after Ctrl-C while it starts', async () => {
    running = start(place, process.execPath, [CLI, 'up', ...place.args]);
    await until(
      () => processesOf(place.dataDir).length > 5,
      60_000,
      () => 'no processes came',
    );
    running.child.kill('SIGINT');
    await running.exited;
    await expectNothingLeft();
  });

  it('after SIGTERM to npm', async () => {
    running = npmUp();
    await running.printed(UP);
    running.child.kill('SIGTERM');
    await expectNothingLeft();
  });

  it('after SIGKILL to npm', async () => {
    running = npmUp();
    await running.printed(UP);
    running.child.kill('SIGKILL');
    await expectNothingLeft();
  });

  it('after SIGKILL to the supervisor, also while a region hangs on purpose', async () => {
    running = start(place, process.execPath, [CLI, 'up', ...place.args]);
    await running.printed(UP);
    const outage = await fetch(`http://127.0.0.1:${place.port}/api/regions/us-east-1/outage`, {
      method: 'PUT',
      headers: { 'Pressplay-Control': '1' },
      body: JSON.stringify({ forMs: 600_000, how: 'hang' }),
    });
    expect(outage.status).toBe(200);
    kill(supervisorPid());
    await expectNothingLeft();
  });

  it('and starts again on the same folder after that, with the titles that are there', async () => {
    running = start(place, process.execPath, [CLI, 'up', ...place.args]);
    await running.printed(UP);
    kill(supervisorPid());
    await running.exited;
    const published = originFiles();
    running = start(place, process.execPath, [CLI, 'up', ...place.args]);
    await running.printed(UP);
    expect(published.length).toBeGreaterThan(0);
    expect(originFiles()).toEqual(published);
    running.child.kill('SIGTERM');
    expect(await running.exited).toEqual({ code: 0, signal: null });
    await expectNothingLeft();
  });
});
