import { spawnSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findWorkerUser } from '../../engines/nginx/worker-user.ts';
import { APPLIANCE, ISP, TwoRouters, whyNoRouters } from '../../testing/two-routers.ts';
import { birdConfig } from '../bird-config.ts';
import type { RouteSource } from '../route-source.ts';
import { RoutesConfig, StartedBgp } from '../routes-config.ts';
import { openRoutes } from './open-routes.ts';

const whyNot = whyNoRouters();
if (whyNot) console.warn(`Tests with two routers are skipped: ${whyNot}.`);

const PREFIXES = [
  ...Array.from({ length: 3000 }, (_, i) => `23.${i >> 8}.${i & 255}.0/24`),
  ...Array.from({ length: 500 }, (_, i) => `2a0a:${(i + 1).toString(16)}::/32`),
];
const USELESS = ['0.0.0.0/0', '::/0', '24.1.1.128/25', '2a0b::/64', '10.9.0.0/16', '24.2.0.0/16', '24.2.7.0/24'];

const until = async (isTrue: () => boolean): Promise<void> => {
  for (let i = 0; i < 1200 && !isTrue(); i++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isTrue()).toBe(true);
};

describe.skipIf(whyNot !== undefined)('routes from an ISP', { timeout: 300_000 }, () => {
  let routers: TwoRouters;
  let source: RouteSource | undefined;
  const said: string[] = [];
  afterEach(async () => {
    await source?.close();
    source = undefined;
    said.length = 0;
    await routers.close();
  });

  const open = (changes: object, user?: ReturnType<typeof findWorkerUser>): RouteSource => {
    const config = RoutesConfig.parse({ source: 'bgp', pollMs: 50, holdMs: 4000, settleMs: 500, ...changes });
    const log = (_level: string, message: string, fields = {}): void =>
      void said.push(`${message} ${JSON.stringify(fields)}`);
    source = openRoutes(config, { log, user, stateFolder: routers.folder });
    return source;
  };
  const started = (peer: object = {}, more: object = {}) => ({
    program: routers.program,
    routerId: APPLIANCE.address,
    asn: APPLIANCE.asn,
    port: 1790,
    peers: [ISP.address, ISP.address6].map((address) => ({
      address,
      asn: ISP.asn,
      passwordFile: routers.passwordFile,
      ...peer,
    })),
    ...more,
  });
  const announced = (): string[] => (source?.routes() ?? []).map(({ prefix }) => prefix).sort();
  const states = () => source?.status().sessions.map(({ state }) => state);

  it('are followed as they come and go, of both families, and what is of no use is counted', async () => {
    routers = new TwoRouters();
    routers.announce([...PREFIXES, ...USELESS]);
    const allow = ['23.0.0.0/8', '24.0.0.0/15', '2a0a::/16', '2a0b::/32'];
    let changes = 0;
    open(started({}, { allow })).onChange(() => (changes += 1));
    await until(() => source?.routes().length === PREFIXES.length);
    expect(announced()).toEqual([...PREFIXES].sort());
    expect(source?.routes()[0]).toEqual({ prefix: expect.any(String), asPath: [ISP.asn], med: 20 });
    expect(source?.status()).toMatchObject({
      source: 'bgp',
      announced: 3500,
      refused: { default: 2, 'too-long': 2, reserved: 1, 'not-allowed': 2 },
    });
    expect(states()).toEqual(['up', 'up']);

    const fewer = PREFIXES.filter((_, index) => index % 3 !== 0);
    routers.announce(fewer);
    await until(() => source?.routes().length === fewer.length);
    expect(announced()).toEqual([...fewer].sort());

    // Nothing is announced to the ISP, and nobody is told of what stays as it is.
    const before = changes;
    const routes = source?.routes();
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect([source?.routes(), changes]).toEqual([routes, before]);
    const { stdout } = spawnSync('birdc', ['-s', join(routers.folder, 'isp.ctl'), 'show route count protocol own4'], {
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/^0 of /m);
  });

  it('outlive a lost session for the hold, and a restart of the agent, but no longer', async () => {
    routers = new TwoRouters();
    const some = PREFIXES.slice(0, 100);
    routers.announce(some);
    open({ ...started(), holdMs: 10_000 });
    await until(() => source?.routes().length === 100 && states()?.[0] === 'up');
    const routes = source?.routes();
    await routers.lose();
    await until(() => states()?.[0] === 'held');
    expect(source?.routes()).toBe(routes);
    routers.announce(some);
    await until(() => states()?.[0] === 'up');
    expect(announced()).toEqual([...some].sort());

    await source?.close();
    await routers.lose();
    open({ ...started(), holdMs: 10_000 });
    expect(announced()).toEqual([...some].sort());
    await until(() => source?.routes().length === 0);
    expect(states()).toEqual(['down', 'down']);
  });

  it('come from a router that begins, too, and from a daemon that somebody else runs', async () => {
    routers = new TwoRouters({ active: true });
    routers.announce(PREFIXES.slice(0, 50));
    open(started({ passive: true }));
    await until(() => source?.routes().length === 50);
    await source?.close();

    const config = StartedBgp.parse({ source: 'bgp', ...started() });
    const [file, socket] = [join(routers.folder, 'theirs.conf'), join(routers.folder, 'theirs.ctl')];
    writeFileSync(
      file,
      birdConfig(config, (path) => readFileSync(path, 'utf8').trim()),
    );
    const { status } = spawnSync(routers.program, ['-c', file, '-s', socket]);
    expect(status).toBe(0);
    try {
      open({ daemon: 'attach', socket, protocols: ['pressplay_1'] });
      await until(() => source?.routes().length === 50 && states()?.join() === 'up');
    } finally {
      spawnSync('birdc', ['-s', socket, 'down']);
    }
    await until(() => source?.status().error?.code === 'routes/daemon-silent');
  });

  it('do not come where the passwords differ, which is said', async () => {
    routers = new TwoRouters();
    routers.announce(PREFIXES.slice(0, 50), 'another one');
    open(started());
    await new Promise((resolve) => setTimeout(resolve, 4000));
    expect(source?.routes()).toEqual([]);
    expect(states()).toEqual(['down', 'down']);
    expect(JSON.stringify([said, source?.status()])).not.toContain('fjord and mesa');
  });

  it('are lost with a session that brings far too many, not taken in part', async () => {
    routers = new TwoRouters();
    routers.announce(PREFIXES);
    open(started({}, { maxRoutes: 100 }));
    await until(() => /limit/i.test(source?.status().sessions[0]?.reason ?? ''));
    expect(source?.routes().length).toBeLessThanOrEqual(100);
  });

  it('come again after the daemon died, though the agent has no rights any more', async () => {
    routers = new TwoRouters();
    routers.announce(PREFIXES.slice(0, 50));
    const user = findWorkerUser('nobody');
    open(started(), user);
    await until(() => source?.routes().length === 50);
    const children = (of: number): number[] =>
      spawnSync('pgrep', ['-P', String(of)], { encoding: 'utf8' })
        .stdout.split('\n')
        .filter(Boolean)
        .map(Number);
    const birds = children(process.pid).flatMap(children);
    expect(birds.length).toBe(1);
    expect(statSync(`/proc/${birds[0]}`).uid).toBe(user?.uid);
    process.kill(birds[0] ?? 0, 'SIGKILL');
    await until(() => source?.status().error !== undefined);
    // Whether the hold was long enough or not.
    await until(() => source?.status().error === undefined && states()?.[0] === 'up' && source?.routes().length === 50);
  });
});

it('says that there is no daemon, where there is none', () => {
  const config = {
    source: 'bgp',
    routerId: '192.0.2.1',
    asn: 64999,
    program: '/nowhere/bird',
    peers: [{ address: '192.0.2.2', asn: 64501 }],
  };
  expect(() => openRoutes(RoutesConfig.parse(config), { log: () => {} })).toThrow(
    /no BIRD 2 at \/nowhere\/bird .*bird2/,
  );
});
