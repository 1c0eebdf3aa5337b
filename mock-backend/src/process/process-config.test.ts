import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackendConfig } from '../backend-config.ts';
import { NETWORKS, SITES } from '../testing/test-region.ts';
import { ConfigError } from './config-error.ts';
import { ProcessConfig, readProcessConfig } from './process-config.ts';

const SECRET = 'a secret that is long enough for a fleet';
const RIGHT = {
  regionId: 'us-east-1',
  port: 8501,
  databaseUrl: 'memory',
  secret: SECRET,
  sites: SITES,
  networks: NETWORKS,
  originBaseUrls: [{ regionId: 'us-east-1', baseUrl: 'http://127.0.0.1:8501' }],
  copiesNeeded: 2,
  sitesNeeded: 2,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pressplay-config-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function failure(content: unknown): Promise<ConfigError> {
  const path = join(folder, 'region.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  const thrown = await readProcessConfig(path).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof ConfigError)) throw new Error(`This is a right configuration, or another error: ${thrown}`);
  return thrown;
}

describe('the configuration of a region', () => {
  it('is taken where it is right, with its defaults', async () => {
    const path = join(folder, 'right.json');
    await writeFile(path, JSON.stringify(RIGHT));
    expect(await readProcessConfig(path)).toMatchObject({ host: '127.0.0.1', logLevel: 'info', drainMs: 5000 });
  });

  it.each([
    ['port', { port: '8501' }, /expected number/],
    ['regionId', { regionId: undefined }, /expected string/],
    ['databaseUrl', { databaseUrl: 'mysql://u:hunter2@db/x' }, /expected postgres:\/\//],
    ['sites', { sites: [] }, />=1 items/],
    ['sites.0.latitude', { sites: [{ ...SITES[0], latitude: 'north' }] }, /expected number/],
    ['sites.1.siteId', { sites: [SITES[0], SITES[0]] }, /no other site/],
    ['networks.0.prefix', { networks: [{ ...NETWORKS[0], prefix: '198.51.100.0/33' }] }, /203\.0\.113\.0\/24/],
    ['originBaseUrls.0.baseUrl', { originBaseUrls: [{ regionId: 'a', baseUrl: 'ftp://x' }] }, /http\(s\) URL/],
    ['originBaseUrls.0', { originBaseUrls: [{ regionId: 'a', baseUrl: 'http://x', colour: 1 }] }, /colour/],
    ['(all)', { colour: 'blue' }, /colour/],
    ['secret', { secretFile: '/run/secret' }, /either secret or secretFile/],
    ['secret', { secret: 'hunter2' }, />=32 characters/],
    ['decisionLogShare', { decisionLogShare: 2 }, /<=1/],
    ['retireMs', { retireMs: -1 }, />=0/],
    ['logLevel', { logLevel: 'loud' }, /"debug"\|"info"/],
  ])('names the field %s and what was expected', async (field, change, expected) => {
    const { code, issues, message } = await failure({ ...RIGHT, ...change });
    expect(code).toBe('config/invalid');
    expect(issues).toEqual([{ field, expected: expect.stringMatching(expected) }]);
    expect(message).toContain(join(folder, 'region.json'));
    expect(message).toContain(field);
    expect(message).not.toContain('hunter2');
    expect(message).not.toContain(SECRET);
  });

  it('says where JSON breaks off, and nothing of what is there', async () => {
    const text = JSON.stringify(RIGHT, null, 1);
    const { code, message } = await failure(text.replace('"port": 8501,', '"port": 8501'));
    expect(code).toBe('config/not-json');
    expect(message).toMatch(/line 4, column \d+/);
    for (let length = 0; length < text.length; length += 7)
      expect((await failure(text.slice(0, length))).message).not.toContain('a secret');
    expect((await failure(`{ "secret": ${SECRET} }`)).message).not.toContain('secret t');
  });

  it('must be named, readable, and its secret long enough', async () => {
    await expect(readProcessConfig(undefined)).rejects.toMatchObject({ code: 'config/not-named' });
    await expect(readProcessConfig(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'config/unreadable' });
    const { secret: _, ...withoutSecret } = RIGHT;
    const secretFile = join(folder, 'secret');
    expect(await failure({ ...withoutSecret, secretFile })).toMatchObject({ code: 'config/unreadable' });
    await writeFile(secretFile, 'short\n');
    const { code, issues } = await failure({ ...withoutSecret, secretFile });
    expect({ code, issues }).toMatchObject({ code: 'config/invalid', issues: [{ field: 'secretFile' }] });
  });

  it('covers everything that a region can be told', () => {
    const comesFrom: Record<keyof BackendConfig, 'file' | 'secret'> = {
      regionId: 'file',
      urlKey: 'secret',
      acceptedUrlKeys: 'secret',
      acceptedTokens: 'secret',
      bindTokensToNetwork: 'file',
      operatorToken: 'secret',
      viewerToken: 'secret',
      ocaTokenFor: 'secret',
      sites: 'file',
      networks: 'file',
      originBaseUrls: 'file',
      trustClientAddress: 'file',
      corsOrigins: 'file',
      plans: 'file',
      tokenLifetimeMs: 'file',
      grantRefreshMs: 'file',
      streamLeaseMs: 'file',
      telemetryIntervalMs: 'file',
      healthDeadlineMs: 'file',
      manifestRefreshMs: 'file',
      steeringTtlMs: 'file',
      publicUrl: 'file',
      decisionLogShare: 'file',
      snapshotLifetimeMs: 'file',
      rateLimits: 'file',
      concurrency: 'file',
      inlineIndexBytes: 'file',
      copiesNeeded: 'file',
      sitesNeeded: 'file',
    };
    const wanted = Object.entries(comesFrom).flatMap(([field, from]) => (from === 'file' ? [field] : []));
    expect(Object.keys(ProcessConfig.shape)).toEqual(expect.arrayContaining(wanted));
  });
});
