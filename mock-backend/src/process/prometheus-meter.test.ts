import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryStore } from '../store/memory-store.ts';
import { type ReadMetrics, readMetrics } from '../testing/read-metrics.ts';
import { config, fillFleet, liveRegion, makeTitle, type TestRegion, testRegion } from '../testing/test-region.ts';
import { PrometheusMeter } from './prometheus-meter.ts';

const scraper = { ...config, viewerToken: 'viewer-token' };

async function scrape(region: TestRegion): Promise<ReadMetrics> {
  const answer = await region.call('GET', '/metrics', { token: 'viewer-token' });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  expect(answer.headers.get('Content-Type')).toContain('text/plain; version=0.0.4');
  return readMetrics(answer.body);
}

describe('/metrics', () => {
  let region: TestRegion;
  beforeEach(async () => {
    region = await liveRegion({ config: scraper, meter: new PrometheusMeter('us-east-1') });
  });

  it('counts plays by what came of them, and why they were denied', async () => {
    const first = await region.play();
    await region.play({ idempotencyKey: 'key-00000002', intent: 'prefetch' }, { token: 'account-b' });
    await region.play({ idempotencyKey: 'key-00000003' }, { from: '192.0.2.9' });
    await region.play({ idempotencyKey: 'key-00000004', titleId: 'none' });
    await region.play({}, { token: 'forged' });
    await region.call('POST', `/v1/plays/${first.body.playId}/renew`, { token: 'account-a' });
    await region.call('DELETE', `/v1/plays/${first.body.playId}`, { token: 'account-a' });
    const { value } = await scrape(region);
    const plays = (occasion: string, result: string) =>
      value('pressplay_play_request_duration_seconds_count', { occasion, result });
    expect(plays('start', 'granted')).toBe(1);
    expect(plays('prefetch', 'granted')).toBe(1);
    expect(plays('start', 'denied')).toBe(3);
    expect(plays('renewal', 'granted')).toBe(1);
    expect(plays('end', 'granted')).toBe(1);
    for (const code of ['licence/territory', 'title/unknown', 'auth/invalid'])
      expect(value('pressplay_play_denials_total', { occasion: 'start', code }), code).toBe(1);
    expect(value('pressplay_http_requests_total', { route: '/v1/plays', method: 'POST', status: '200' })).toBe(2);
    expect(value('pressplay_http_request_duration_seconds_count', { route: '/v1/plays', method: 'POST' })).toBe(5);
  });

  it('counts steering by the class of the first server and by what was dropped and why', async () => {
    await region.report('fjord-1-a', 'fjord-1', { verdict: 'draining' });
    await region.play();
    await region.report('fjord-1-b', 'fjord-1', { verdict: 'failing' });
    await region.play({ idempotencyKey: 'key-00000002' }, { token: 'account-b' });
    const { value } = await scrape(region);
    const first = (site_class: string) =>
      value('pressplay_steering_decisions_total', { occasion: 'start', site_class });
    expect([first('embedded'), first('public-peering')]).toEqual([1, 1]);
    expect(value('pressplay_steering_drops_total', { label: 'D' })).toBe(2);
    expect(value('pressplay_steering_drops_total', { label: 'H' })).toBe(1);
  });

  it('shows OCAs by condition, the table, streams and load as they are now', async () => {
    await region.play();
    await region.report('fjord-1-a', 'fjord-1', { verdict: 'saturated' });
    const drained = await region.call('PUT', '/v1/ocas/ix-1-a/drain', { token: 'operator-token', body: {} });
    expect(drained.status).toBe(204);
    let { value } = await scrape(region);
    const ocas = () =>
      ['healthy', 'saturated', 'draining', 'failing', 'silent'].map((condition) =>
        value('pressplay_ocas', { condition }),
      );
    expect(ocas()).toEqual([2, 1, 1, 0, 0]);
    expect(value('pressplay_oca_capacity_bps', { site_class: 'embedded' })).toBe(2e9);
    expect(value('pressplay_prefix_table_prefixes', { family: '4' })).toBe(3);
    expect(value('pressplay_prefix_table_announcements', { family: '6' })).toBe(3);
    expect(value('pressplay_prefix_table_version')).toBeGreaterThan(0);
    expect(value('pressplay_streams_held')).toBe(1);
    expect(value('pressplay_region_ready')).toBe(1);
    expect(value('pressplay_store_up')).toBe(1);
    region.clock.advance(6000);
    await region.report('core-1-a', 'core-1', {});
    ({ value } = await scrape(region));
    expect(ocas()).toEqual([1, 0, 0, 0, 3]);
    expect(value('pressplay_oca_capacity_bps', { site_class: 'embedded' })).toBeUndefined();
  });

  it('shows that the store is silent, how long plays begin without it, and what it misses', async () => {
    const store = new MemoryStore();
    let fails = false;
    const failing = new Proxy(store, {
      get: (target, name) => (fails ? () => Promise.reject(new Error('down')) : Reflect.get(target, name).bind(target)),
    });
    region = testRegion({ config: scraper, meter: new PrometheusMeter('us-east-1'), store: failing });
    const film = makeTitle('film');
    await region.publish(film);
    await fillFleet(region, film);
    expect((await scrape(region)).value('pressplay_new_plays_left_seconds')).toBeUndefined();
    fails = true;
    expect((await region.play()).status).toBe(200);
    region.clock.advance(4000);
    const { value } = await scrape(region);
    expect(value('pressplay_store_up')).toBe(0);
    expect(value('pressplay_store_silent_seconds')).toBeGreaterThanOrEqual(4);
    expect(value('pressplay_new_plays_left_seconds')).toBeLessThanOrEqual(6 * 3600 - 4);
    expect(value('pressplay_plays_granted_without_store')).toBe(1);
    expect(value('pressplay_leases_unsaved')).toBeGreaterThanOrEqual(1);
    expect(value('pressplay_steering_log_waiting')).toBe(1);
  });

  it('names its region, explains each figure, and tells of the process', async () => {
    const { families, value } = await scrape(region);
    for (const { name, help, metrics } of families) {
      if (!/_(bucket|sum|count)$/.test(name)) expect(help, name).not.toBe('');
      for (const { labels } of metrics) if (labels) expect(labels.region, name).toBe('us-east-1');
    }
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
    expect(value('process_cpu_user_seconds_total')).toBeGreaterThan(0);
  });

  it('has labels of a bounded number of values, whatever is asked', async () => {
    for (let n = 0; n < 50; n++) {
      await region.call('GET', `/nowhere/${n}`);
      await region.call('GET', `/v1/ocas/oca-${n}/fill-manifest`, { token: 'forged' });
    }
    const { families } = await scrape(region);
    const requests = families.find(({ name }) => name === 'pressplay_http_requests_total');
    expect(requests?.metrics.length).toBeLessThan(10);
  });

  it('is for viewers and operators, and not there where nobody counts', async () => {
    expect((await region.call('GET', '/metrics')).status).toBe(401);
    expect((await region.call('GET', '/metrics', { token: 'account-a' })).status).toBe(403);
    expect((await region.call('GET', '/metrics', { token: 'operator-token' })).status).toBe(200);
    expect((await testRegion().call('GET', '/metrics', { token: 'operator-token' })).status).toBe(404);
  });
});
