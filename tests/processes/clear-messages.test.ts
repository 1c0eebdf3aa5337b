import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CLI, missingBuild, newPlace, type Place, processesOf, start } from './supervisor.ts';

let place: Place;
const held: Server[] = [];

beforeEach(async () => {
  const missing = missingBuild();
  if (missing) throw new Error(missing);
  place = await newPlace();
});

afterEach(() => {
  for (const server of held.splice(0)) server.close();
  place.remove();
});

function hold(host: string, port: number): Promise<void> {
  const server = createServer();
  held.push(server);
  return new Promise((resolve) => server.listen(port, host, resolve));
}

async function pressplay(...args: readonly string[]) {
  const run = start(place, process.execPath, [CLI, ...args]);
  const { code } = await run.exited;
  await run.silent;
  return { code, output: run.output() };
}

it.each([
  ['the control room', 0, '127.0.0.1'],
  ['region us-west-2', 2, '127.0.0.1'],
  ['PostgreSQL', 9, '127.0.0.1'],
  ['OCA mesa-1-b', 100, '127.20.2.2'],
])('says that the port of %s is in use, and starts nothing', async (owner, offset, host) => {
  await hold(host, place.port + offset);
  const { code, output } = await pressplay('up', ...place.args);
  expect(code).toBe(1);
  expect(output).toContain(`Port ${place.port + offset} is in use: ${owner} cannot listen`);
  expect(output).toContain('--port N');
  expect(output).not.toContain('    at ');
  expect(processesOf(place.dataDir)).toEqual([]);
});

it.each([
  [['up', '--prot', '9000'], 'Unknown option --prot'],
  [['up', '--port', 'abc'], '--port must be a whole number'],
  [['upp'], 'Unknown command "upp"'],
  [['play'], 'TITLE'],
  [['ingest', '/no/such/film.mp4'], 'There is no file /no/such/film.mp4'],
])('answers %j with one clear line', async (args, message) => {
  const { code, output } = await pressplay(...args);
  expect(code).toBe(1);
  expect(output).toContain(message);
  expect(output).not.toContain('    at ');
});

it('says that no fleet runs', async () => {
  const { code, output } = await pressplay('play', 'test-card', '--data', place.dataDir);
  expect(code).toBe(1);
  expect(output).toContain('No fleet runs on');
});
