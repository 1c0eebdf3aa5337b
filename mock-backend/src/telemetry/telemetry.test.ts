import type { QoeSummary } from '@pressplay/protocol/messages';
import { qoeToCmcd, signMediaToken } from '@pressplay/protocol/wire';
import { encodeCmcd } from '@svta/cml-cmcd';
import { describe, expect, it } from 'vitest';
import { expectError } from '../testing/expect-error.ts';
import { config, hmac, liveRegion, type TestRegion, testRegion } from '../testing/test-region.ts';

const EVENT = { version: 2, reportingMode: 'event' } as const;

const qoe = (changes: Partial<QoeSummary> = {}): QoeSummary => ({
  outcome: 'running',
  elapsedMs: 10_000,
  startingMs: 500,
  startupMs: 500,
  playingMs: 9000,
  pausedMs: 0,
  seekingMs: 0,
  rebufferMs: 500,
  rebufferCount: 1,
  longestRebufferMs: 500,
  rebufferRatio: 500 / 9500,
  switchUpCount: 0,
  switchDownCount: 0,
  switchedBps: 0,
  seekCount: 0,
  errorCount: 0,
  errorCodes: [],
  moves: {},
  handOvers: {},
  deliveredBytes: 1000,
  bytesByServer: { 'fjord-1-a': 1000 },
  wastedBytes: { lost: 0, raced: 0, replaced: 0, probe: 0 },
  ...changes,
});

/** A play that was granted, and a way to report on it. */
async function granted(region?: TestRegion) {
  const made = region ?? (await liveRegion());
  const { body } = await made.play();
  const line = (sn: number, keys: Record<string, unknown>): string =>
    encodeCmcd({ v: 2, sid: body.playId, cid: 'film', ts: 1_800_000_000_000, sn, ...keys }, EVENT);
  const send = (text: string, url: string = body.telemetry.url, to = made) => to.call('POST', url, { text });
  const heard = async () => (await made.call('GET', '/v1/telemetry', { token: 'operator-token' })).body;
  return { region: made, grant: body, line, send, heard };
}

const state = (sta: string) => ({ e: 'ps', sta });
const figures = (summary: QoeSummary) => ({ e: 'ce', cen: 'qoe', sta: 'p', ...qoeToCmcd(summary) });

describe('reports of a play', () => {
  it('have their target in the play response, and none where the operator wants none', async () => {
    const { grant } = await granted();
    expect(grant.telemetry).toEqual({ url: `/v1/telemetry/${grant.token}`, intervalMs: 30_000 });
    const quiet = await liveRegion({ config: { ...config, telemetryIntervalMs: 0 } });
    expect((await quiet.play()).body).not.toHaveProperty('telemetry');
  });

  it('count as a view once there was a picture, however often they come', async () => {
    const { send, line, heard, grant } = await granted();
    expect((await send(line(0, state('s')))).status).toBe(204);
    expect((await heard()).titles).toMatchObject([{ titleId: 'film', views: 0 }]);
    const batch = [line(1, state('p')), line(2, figures(qoe()))].join('\n');
    for (const text of [batch, batch, line(3, state('a'))]) expect((await send(text)).status).toBe(204);
    expect(await heard()).toMatchObject({
      region: 'us-east-1',
      titles: [{ titleId: 'film', views: 1, playingMs: 9000, rebufferMs: 500, errorCount: 0 }],
      plays: [{ playId: grant.playId, state: 'a', eventCount: 4, qoe: { playingMs: 9000 } }],
    });
  });

  it('add what a play grew by to its title, and log its end', async () => {
    const { send, line, heard, region, grant } = await granted();
    await send(line(0, figures(qoe())));
    await send(
      [
        line(1, { e: 'e', ec: ['media/decode'], sta: 'f' }),
        line(2, figures(qoe({ playingMs: 12_000, outcome: 'failed' }))),
      ].join('\n'),
    );
    expect((await heard()).titles).toEqual([
      { titleId: 'film', views: 1, playingMs: 12_000, rebufferMs: 500, errorCount: 1 },
    ]);
    const logged = region.logged.find(({ message }) => message === 'play reported');
    expect(logged?.fields).toMatchObject({ playId: grant.playId, outcome: 'failed' });
  });

  it('are taken by every region, without a header, for a page of any origin', async () => {
    const { grant, line } = await granted();
    const other = testRegion({ config: { ...config, regionId: 'eu-west-1' } });
    const headers = { Origin: 'https://app.example', 'Content-Type': 'text/plain;charset=UTF-8' };
    const answer = await other.call('POST', grant.telemetry.url, { text: line(0, state('p')), headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('Access-Control-Allow-Origin')).toBe('*');
  });

  it('may be late by the life of a play', async () => {
    const { send, line, region } = await granted();
    region.clock.advance(29 * 3600 * 1000);
    expect((await send(line(0, state('e')))).status).toBe(204);
    region.clock.advance(2 * 3600 * 1000);
    expectError(await send(line(1, state('e'))), 'play/unknown');
  });

  it('are refused with a reason: a forged token, another play, no events, no CMCD, wrong figures, too much', async () => {
    const { send, line, grant, heard } = await granted();
    const claims = { expiresAtS: 2_000_000_000, playId: grant.playId, scope: 'film' };
    const forged = signMediaToken(claims, 'another key', hmac);
    expectError(await send(line(0, state('p')), `/v1/telemetry/${forged}`), 'auth/invalid');
    expectError(await send(line(0, state('p')), '/v1/telemetry/x'), 'auth/invalid');
    expectError(await send(line(0, { ...state('p'), sid: 'another' })), 'request/invalid');
    expectError(await send(''), 'request/invalid');
    expectError(await send('\u0000{"no":"cmcd"}'), 'request/invalid');
    expectError(await send(line(0, { e: 'ps' })), 'request/invalid');
    expectError(await send(line(0, figures(qoe({ playingMs: -1 })))), 'request/invalid');
    expectError(await send(`${line(0, state('p'))}\n`.repeat(501)), 'request/invalid');
    expectError(await send(line(0, state('p')).repeat(2000)), 'request/too-large');
    expect((await heard()).plays).toEqual([]);
  });

  it('are for operators to read', async () => {
    const { region } = await granted();
    expectError(await region.call('GET', '/v1/telemetry', { token: 'account-a' }), 'auth/forbidden');
  });
});
