import { createHash } from 'node:crypto';
import type { SteeringDecision } from '@pressplay/protocol/messages';
import { describe, expect, it, vi } from 'vitest';
import { MemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { expectError } from '../testing/expect-error.ts';
import { config, fillFleet, liveRegion, makeTitle, ROUTES, testClock } from '../testing/test-region.ts';
import { isReproduced } from './replay.ts';
import { IMPORT_SYNC_INTERVAL_MS } from './route-imports.ts';

const operator = { token: 'operator-token' };
const keyOf = (n: number) => ({ idempotencyKey: `key-${String(n).padStart(8, '0')}` });

/** Plays of ever new viewers while OCAs fill up, fall ill, drain, lose files and get well. */
async function livelyRegion() {
  const region = await liveRegion();
  const film = makeTitle('film');
  const all = film.renditions.map(({ fileId }) => fileId);
  const verdicts = ['healthy', 'saturated', 'draining', 'failing', 'healthy'] as const;
  for (let n = 0; n < 25; n++) {
    await region.report('fjord-1-a', 'fjord-1', { verdict: verdicts[n % 5] ?? 'healthy' });
    await region.report('fjord-1-b', 'fjord-1', { fileIds: n % 3 === 0 ? all.slice(1) : all });
    await region.report('ix-1-a', 'ix-1', { verdict: verdicts[(n >> 1) % 5] ?? 'healthy' });
    const { status, body } = await region.play(keyOf(n), { from: n % 2 ? '198.51.100.7' : '2001:db8:a::7' });
    expect(status).toBe(200);
    await region.call('POST', `/v1/plays/${body.playId}/renew`, { token: 'account-a' });
    region.clock.advance(200);
  }
  return region;
}

describe('the log of steering decisions', () => {
  it('replays every decision exactly', async () => {
    const region = await livelyRegion();
    await region.backend.stop();
    const logged = await region.store.latestDecisions(0, 1000);
    expect(logged).toHaveLength(50);
    for (const decision of logged) expect(isReproduced(JSON.parse(JSON.stringify(decision)))).toBe(true);
    expect(new Set(logged.flatMap(({ choice }) => choice.drops.map(({ label }) => label)))).toEqual(
      new Set(['H', 'D', 'C']),
    );
    const { body } = await region.call('POST', '/v1/steering/replay', { ...operator, body: {} });
    expect(body).toMatchObject({ decisions: 50, plays: 25, reproduced: 50, moved: 0, lost: 0 });
  });

  it('does not reproduce a line that was tampered with', async () => {
    const region = await livelyRegion();
    const [decision] = await region.store.latestDecisions(0, 1);
    const bent = { ...decision, choice: { ...decision?.choice, servers: [] } } as SteeringDecision;
    expect(isReproduced(bent)).toBe(false);
  });

  it('tells what would have been without a site, and what would have overloaded', async () => {
    const region = await liveRegion();
    for (let n = 0; n < 30; n++) await region.play(keyOf(n));
    const { body } = await region.call('POST', '/v1/steering/replay', {
      ...operator,
      body: { withoutSites: ['fjord-1'] },
    });
    expect(body).toMatchObject({ plays: 30, moved: 30, lost: 0 });
    const site = (siteId: string) => body.sites.find((one: { siteId: string }) => one.siteId === siteId);
    expect(site('fjord-1')).toMatchObject({ beforeBps: 30 * 3_096_000, afterBps: 0, overloaded: false });
    expect(site('ix-1')).toMatchObject({ beforeBps: 0, afterBps: 30 * 3_096_000, capacityBps: 1e9, overloaded: false });
    for (let n = 30; n < 400; n++) await region.play(keyOf(n));
    const more = await region.call('POST', '/v1/steering/replay', { ...operator, body: { withoutSites: ['fjord-1'] } });
    const overloaded = more.body.sites.filter((one: { overloaded: boolean }) => one.overloaded);
    expect(overloaded.map((one: { siteId: string }) => one.siteId)).toEqual(['ix-1']);
  });

  it('explains a play to operators alone', async () => {
    const region = await liveRegion();
    await region.report('fjord-1-b', 'fjord-1', { verdict: 'draining' });
    const { body } = await region.play();
    const path = `/v1/steering/decisions/${body.playId}`;
    const answer = await region.call('GET', path, operator);
    expect(answer.body.decisions).toHaveLength(1);
    const [{ text, decision }] = answer.body.decisions;
    expect(decision.inputs.clientPrefix).toBe('198.51.100.0/24');
    expect(text).toContain('0. fjord-1: /24 embedded, AS path 0, MED 0');
    expect(text).toContain('fjord-1-a: server 0 (healthy, 0 Mbit/s of 1000 Mbit/s, holds all)');
    expect(text).toContain('fjord-1-b: not named (draining');
    expect(text).toContain('D draining: draining: as the test says');
    expect(text).toContain('4 of 4 files from fjord-1-a, ix-1-a, core-1-a');
    expect(text).toContain('The same inputs give the same choice now.');
    expectError(await region.call('GET', path, { token: 'account-a' }), 'auth/forbidden');
    const never = `/v1/steering/decisions/${'0'.repeat(32)}`;
    expectError(await region.call('GET', never, operator), 'steering/not-logged');
    expectError(
      await region.call('POST', '/v1/steering/replay', { ...operator, body: { withoutSites: ['moon'] } }),
      'request/invalid',
    );
  });

  it('logs the share of plays it is told to, start and renewals alike', async () => {
    // The share is drawn from the ids of plays: the same ones each time.
    let made = 0;
    const randomId = (): string => createHash('sha256').update(`play ${made++}`).digest('hex').slice(0, 32);
    const region = await liveRegion({ config: { ...config, decisionLogShare: 0.3 }, randomId });
    for (let n = 0; n < 200; n++) {
      const { body } = await region.play(keyOf(n));
      await region.call('POST', `/v1/plays/${body.playId}/renew`, { token: 'account-a' });
    }
    await region.backend.stop();
    const logged = await region.store.latestDecisions(0, 1000);
    expect(logged.length % 2).toBe(0);
    expect(logged.length / 2).toBeGreaterThan(35);
    expect(logged.length / 2).toBeLessThan(90);
  });

  it('adds no wait to a play, and keeps what the store could not take', async () => {
    let isDown = true;
    let appended = 0;
    const memory = new MemoryStore();
    const shaky: Store = new Proxy(memory, {
      get: (target, name: keyof Store) =>
        name === 'appendDecisions'
          ? async (batch: readonly SteeringDecision[]) => {
              if (isDown) throw new Error('down');
              appended += batch.length;
              return target.appendDecisions(batch);
            }
          : target[name].bind(target),
    });
    const region = await liveRegion({ store: shaky, clock: testClock() });
    for (let n = 0; n < 3; n++) expect((await region.play(keyOf(n))).status).toBe(200);
    expect(appended).toBe(0);
    isDown = false;
    await region.backend.stop();
    expect(await memory.latestDecisions(0, 10)).toHaveLength(3);
  });
});

describe('routes that an operator brings', () => {
  const part = (at: number, parts: number, prefix: string) => ({
    ...operator,
    body: { importId: `import-${parts}`, part: at, parts, routes: [{ prefix, asPath: [64500, 64501], med: 0 }] },
  });

  it('count beside what the OCAs report, once the last part is there, and survive a restart', async () => {
    const region = await liveRegion();
    const firstOf = async (n: number, from = region) => (await from.play(keyOf(n))).body.servers[0].siteId;
    expect(await firstOf(1)).toBe('fjord-1');
    expect((await region.call('PUT', '/v1/sites/ix-1/routes', part(0, 2, '198.51.100.0/26'))).status).toBe(204);
    expect(await firstOf(2)).toBe('fjord-1');
    expect((await region.call('PUT', '/v1/sites/ix-1/routes', part(1, 2, '198.51.101.0/26'))).status).toBe(204);
    expect(await firstOf(3)).toBe('ix-1');
    const again = await liveRegion({ store: region.store, clock: region.clock });
    expect(await firstOf(4, again)).toBe('ix-1');
    await region.call('PUT', '/v1/sites/ix-1/routes', {
      ...operator,
      body: { importId: 'none', part: 0, parts: 1, routes: [] },
    });
    expect(await firstOf(5)).toBe('fjord-1');
    await fillFleet(region, makeTitle('film'));
    expect(Object.keys(ROUTES)).toContain('ix-1');
  });

  it('reach a region that runs already and heard nothing of them, by way of the store', async () => {
    const region = await liveRegion();
    const running = await liveRegion({ store: region.store, clock: region.clock });
    const firstOf = async (n: number) => (await running.play(keyOf(n))).body.servers[0].siteId;
    for (const at of [0, 1]) await region.call('PUT', '/v1/sites/ix-1/routes', part(at, 2, `198.51.10${at}.0/26`));
    expect(await firstOf(1)).toBe('fjord-1');
    region.clock.advance(IMPORT_SYNC_INTERVAL_MS);
    await running.play(keyOf(2));
    await vi.waitFor(async () => expect(await firstOf(3)).toBe('ix-1'), { timeout: 20_000 });
  });

  it('count though some of their parts went to another region', async () => {
    const region = await liveRegion();
    const other = await liveRegion({ store: region.store, clock: region.clock });
    await region.call('PUT', '/v1/sites/ix-1/routes', part(0, 2, '198.51.100.0/26'));
    await other.call('PUT', '/v1/sites/ix-1/routes', part(1, 2, '198.51.101.0/26'));
    expect((await other.play(keyOf(1))).body.servers[0].siteId).toBe('ix-1');
  });

  it('are refused when they are none', async () => {
    const region = await liveRegion();
    expectError(await region.call('PUT', '/v1/sites/moon/routes', part(0, 1, '10.0.0.0/8')), 'request/invalid');
    expectError(await region.call('PUT', '/v1/sites/ix-1/routes', part(0, 1, '10.0.0.0/80')), 'request/invalid');
    const asViewer = { ...part(0, 1, '10.0.0.0/8'), token: 'account-a' };
    expectError(await region.call('PUT', '/v1/sites/ix-1/routes', asViewer), 'auth/forbidden');
  });
});
