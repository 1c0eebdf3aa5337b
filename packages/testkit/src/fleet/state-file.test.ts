import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writePrivateJson } from './data-folder.ts';
import { assertFolderFree, readFleetState, removeFleetState, writeFleetState } from './state-file.ts';

const dataDir = mkdtempSync(path.join(tmpdir(), 'pressplay-state-'));
const runDir = path.join(dataDir, 'run');
beforeAll(() => mkdirSync(runDir));
afterAll(() => rmSync(dataDir, { recursive: true }));

const STATE = {
  ready: true,
  controlUrl: 'http://127.0.0.1:1',
  regions: [],
  operatorToken: 'operator',
  accessToken: 'access',
};

it('lets other commands find the fleet while it runs, and no second fleet start on its folder', () => {
  writeFleetState(runDir, STATE);
  expect(readFleetState(dataDir)).toMatchObject({ pid: process.pid, ...STATE });
  expect(statSync(path.join(runDir, 'fleet.json')).mode & 0o777).toBe(0o600);
  expect(() => assertFolderFree(dataDir)).toThrow(/already runs .*--data DIR/);
  writeFleetState(runDir, { ...STATE, ready: false });
  expect(readFleetState(dataDir)).toBeUndefined();
  expect(() => assertFolderFree(dataDir)).toThrow(/already runs/);
  removeFleetState(runDir);
  expect(readFleetState(dataDir)).toBeUndefined();
  expect(() => assertFolderFree(dataDir)).not.toThrow();
});

it('does not take a later process with the same number for the fleet', () => {
  writePrivateJson(path.join(runDir, 'fleet.json'), { ...STATE, pid: process.pid, startedTicks: 'other' });
  expect(readFleetState(dataDir)).toBeUndefined();
  writePrivateJson(path.join(runDir, 'fleet.json'), { ...STATE, pid: 2 ** 22 + 1 });
  expect(readFleetState(dataDir)).toBeUndefined();
});
