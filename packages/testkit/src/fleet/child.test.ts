import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { bundledMain, startChild } from './child.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'pressplay-child-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
function child(source: string, readyTimeoutMs = 40_000) {
  const base = path.join(folder, `child-${count++}`);
  writeFileSync(`${base}.mjs`, source);
  return startChild({
    name: 'a test process',
    main: `${base}.mjs`,
    configFile: `${base}.json`,
    logFile: `${base}.log`,
    readyTimeoutMs,
  });
}

const LISTENS =
  "process.send({ type: 'ready' }); process.on('disconnect', () => process.exit()); setInterval(() => {}, 1000);";

it('is ready when the process says so, and gone after a kill', async () => {
  const process = child(LISTENS);
  await process.ready;
  expect(process.running()).toBe(true);
  await process.kill();
  expect(process.running()).toBe(false);
});

it('tells the last line of the log when the process ends before it is ready', async () => {
  const process = child("console.error('cannot read the configuration'); process.exit(3);");
  await expect(process.ready).rejects.toMatchObject({
    code: 'fleet/process-failed',
    message: expect.stringMatching(/a test process ended with code 3[\s\S]*cannot read the configuration/),
  });
});

it('gives up on a process that never gets ready', async () => {
  const process = child('setInterval(() => {}, 1000);', 300);
  await expect(process.ready).rejects.toThrow(/is not ready after 0.3 s/);
  await process.kill();
});

it('ends a process that ignores SIGTERM after the grace', async () => {
  const process = child(`process.on('SIGTERM', () => {}); ${LISTENS}`);
  await process.ready;
  await process.end(200);
  expect(process.running()).toBe(false);
});

it('one that hangs runs and answers nothing, and only a kill ends it', async () => {
  const hanging = child(`${LISTENS} process.on('SIGTERM', () => process.exit());`);
  await hanging.ready;
  hanging.hang();
  const stateOf = () => readFileSync(`/proc/${hanging.pid}/stat`, 'latin1').split(') ')[1]?.[0];
  await vi.waitFor(() => expect(stateOf()).toBe('T'), { timeout: 20_000 });
  expect(hanging.running()).toBe(true);
  await hanging.end(200);
  expect(hanging.running()).toBe(false);
});

it('names the command to run where a build is missing', () => {
  expect(() => bundledMain('@pressplay/no-such-package')).toThrow(/npm run build/);
});
