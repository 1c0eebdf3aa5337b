import { validateCmcdEvents, validateCmcdRequest } from '@svta/cml-cmcd';
import { describe, expect, it } from 'vitest';
import { playerStage } from '../testing/player-stage.ts';
import { type CmcdOptions, cmcdTelemetry } from './index.ts';
import type { LastWord } from './last-word.ts';

const TARGET = { url: '/v1/telemetry/sample-token', intervalMs: 30_000 };
const LONG = { segments: 30 };

/** A player that reports, in virtual time, and what it reported. */
function stage(options: CmcdOptions = {}, shape: Parameters<typeof playerStage>[1] = { telemetry: TARGET }) {
  const made = playerStage({}, shape, { telemetry: cmcdTelemetry(options) });
  const { network } = made;
  const media = () =>
    network.asked
      .filter(({ url }) => /oca-\d/.test(url))
      .map(({ url }) => {
        const { valid, issues, data } = validateCmcdRequest({ method: 'GET', url });
        expect(issues).toEqual([]);
        expect(valid).toBe(true);
        return data;
      });
  const beacons = () => network.asked.filter(({ url }) => url.includes('/v1/telemetry/'));
  const events = (): readonly Record<string, unknown>[] =>
    beacons().flatMap(({ body = '' }) => {
      const { issues, data } = validateCmcdEvents(body);
      expect(issues).toEqual([]);
      return data;
    });
  return { ...made, media, beacons, events };
}

describe('media requests', () => {
  it('say in valid CMCD v2 what they are for and how the play is', async () => {
    const { player, clock, media, network } = stage();
    await clock.resolve(player.load('sample-1'));
    await clock.advance(20_000);
    const wanted = media().filter(({ nr }) => nr !== true);
    expect(wanted.length).toBeGreaterThan(5);
    for (const [number, keys] of wanted.entries()) {
      expect(keys).toMatchObject({ v: 2, sid: network.play.playId, cid: 'sample-1', st: 'v', d: 4000 });
      if (number > 0) expect(Number(keys.sn)).toBeGreaterThan(Number(wanted[number - 1]?.sn));
    }
    const [first] = wanted;
    expect(first).toMatchObject({ sta: 's', su: true, ot: 'v', cdn: 'oca-0', tb: [{ value: 3600 }] });
    // One that goes to another server to measure it cannot say how fast that is.
    const last = wanted.filter(({ cdn }) => cdn === 'oca-0').at(-1);
    expect(last).not.toHaveProperty('su');
    expect(last).toMatchObject({ sta: 'p', rtp: expect.any(Number), mtp: [expect.any(Number)] });
    expect(media().filter(({ msd }) => msd !== undefined)).toHaveLength(1);
  });

  it('name the segment that comes next, and none after the last', async () => {
    const { player, clock, media } = stage();
    await clock.resolve(player.load('sample-1'));
    await clock.advance(60_000);
    const wanted = media().filter(({ ot }) => ot === 'v');
    expect(wanted[0]?.nor).toMatchObject([{ params: { r: expect.stringMatching(/^byte=\d+-\d+$/) } }]);
    // Better bytes for a segment further ahead may still come after those of the last one.
    expect(wanted.filter(({ nor }) => nor === undefined).length).toBeGreaterThan(0);
    expect(wanted.filter(({ nor }) => nor === undefined).length).toBeLessThan(wanted.length / 2);
  });

  it('of probes say that nobody will see their bytes', async () => {
    const { player, clock, media } = stage();
    await clock.resolve(player.load('sample-1'));
    await clock.advance(3000);
    const probes = media().filter(({ nr }) => nr === true);
    expect(probes.length).toBeGreaterThan(0);
    for (const keys of probes) for (const key of ['ot', 'd', 'br', 'nor']) expect(keys).not.toHaveProperty(key);
  });

  it('tell once that the picture stood still', async () => {
    const { player, clock, media, network } = stage({}, LONG);
    await clock.resolve(player.load('sample-1'));
    await clock.advance(1000);
    network.rateBps = 100_000;
    await clock.advance(45_000);
    network.rateBps = 20_000_000;
    await clock.advance(30_000);
    expect(player.stats().rebufferCount).toBeGreaterThan(0);
    const starved = media().filter(({ bs }) => bs === true).length;
    expect(starved).toBeGreaterThan(0);
    expect(starved).toBeLessThanOrEqual(player.stats().rebufferCount);
  }, 300_000);
});

describe('events', () => {
  it('tell the play from its start to its figures at the end, numbered and in valid CMCD v2', async () => {
    const { player, clock, events, network } = stage();
    await clock.resolve(player.load('sample-1'));
    await clock.advance(60_000);
    const told = events();
    expect(told.map(({ sn }) => sn)).toEqual(told.map((_, at) => at));
    expect(told.flatMap(({ e, sta }) => (e === 'ps' ? [sta] : []))).toEqual(['s', 'p', 'e']);
    expect(told.filter(({ msd }) => msd !== undefined)).toHaveLength(1);
    expect(told.at(-1)).toMatchObject({
      e: 'ce',
      cen: 'qoe',
      sid: network.play.playId,
      'dev.pressplay-outcome': 'ended',
      'dev.pressplay-playing-ms': '40000',
    });
  });

  it('come when there is a picture, then with the interval, and with answers of servers in between', async () => {
    const { player, clock, beacons, events } = stage({}, { ...LONG, telemetry: TARGET });
    await clock.resolve(player.load('sample-1'));
    await clock.advance(1000);
    expect(beacons()).toHaveLength(1);
    await clock.advance(91_000);
    expect(events().filter(({ e }) => e === 't')).toHaveLength(3);
    const answers = events().filter(({ e }) => e === 'rr');
    expect(answers.length).toBeGreaterThan(20);
    for (const answer of answers) {
      expect(answer).toMatchObject({ rc: 206, ttfb: expect.any(Number), ttlb: expect.any(Number) });
      expect(Number(answer.ttlb)).toBeGreaterThanOrEqual(Number(answer.ttfbb));
    }
  });

  it('name the servers that were left and why, and an answer that never came', async () => {
    const { player, clock, events, network } = stage({ responses: 'failed' }, { ...LONG, telemetry: TARGET });
    await clock.resolve(player.load('sample-1'));
    await clock.advance(10_000);
    network.deadOcas.add('oca-0');
    await clock.advance(60_000);
    player.destroy();
    await clock.advance(1000);
    expect(events().filter(({ cen }) => cen === 'server-changed')).toMatchObject([
      { cdn: 'oca-0', 'dev.pressplay-reason': 'start' },
      { cdn: expect.stringMatching(/oca-[12]/), 'dev.pressplay-from': 'oca-0', 'dev.pressplay-reason': 'reset' },
    ]);
    const answers = events().filter(({ e }) => e === 'rr');
    expect(answers.length).toBeGreaterThan(0);
    for (const answer of answers) expect(String(answer.url)).toContain('oca-0');
  });

  it('come from a player that is destroyed, and leave nothing behind', async () => {
    const { player, clock, events } = stage({}, { ...LONG, telemetry: TARGET });
    await clock.resolve(player.load('sample-1'));
    await clock.advance(5000);
    player.destroy();
    await clock.advance(10_000);
    expect(events().at(-1)).toMatchObject({ cen: 'qoe', sta: 'q', 'dev.pressplay-outcome': 'stopped' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('go nowhere where the backend wants none', async () => {
    const { player, clock, beacons, media } = stage({}, {});
    await clock.resolve(player.load('sample-1'));
    await clock.advance(60_000);
    expect(beacons()).toEqual([]);
    expect(media().length).toBeGreaterThan(0);
  });

  it('that nobody takes disturb no play', async () => {
    const { player, clock, network, beacons } = stage({}, { ...LONG, telemetry: TARGET });
    const quiet = playerStage({}, LONG);
    for (const { player: other, clock: itsClock, network: its } of [{ player, clock, network }, quiet]) {
      await itsClock.resolve(other.load('sample-1'));
      its.regions.near = its.regions.far = 'hangs';
      await itsClock.advance(150_000);
      expect(other.state).toBe('ended');
    }
    const { qoe: _one, ...reported } = player.stats();
    const { qoe: _other, ...unreported } = quiet.player.stats();
    expect(reported).toEqual(unreported);
    expect(new Set(beacons().map(({ url }) => url)).size).toBe(2);
    player.destroy();
    await clock.advance(60_000);
    expect(clock.pendingTimers).toBe(0);
  }, 300_000);
});

it('hands the last word to the page that is left in the middle of a play, with the figures so far', async () => {
  const sent: string[] = [];
  let leave = (): void => {};
  const lastWord: LastWord = {
    send: (url, text) => sent.push(`${url}\n${text}`) > 0,
    onLeaving: (callback) => {
      leave = callback;
      return () => {
        leave = () => {};
      };
    },
  };
  const { player, clock, network } = stage({ lastWord }, { ...LONG, telemetry: TARGET });
  await clock.resolve(player.load('sample-1'));
  await clock.advance(7000);
  leave();
  expect(sent).toHaveLength(1);
  const [url, ...lines] = sent[0]?.split('\n') ?? [];
  expect(url).toBe('http://near.test/v1/telemetry/sample-token');
  const { data, issues } = validateCmcdEvents(lines.join('\n'));
  expect(issues).toEqual([]);
  expect(data.at(-1)).toMatchObject({ cen: 'qoe', sta: 'p', 'dev.pressplay-outcome': 'running' });
  expect(Number(data.at(-1)?.['dev.pressplay-playing-ms'])).toBeGreaterThan(5000);
  player.destroy();
  leave();
  await clock.advance(1000);
  expect(sent).toHaveLength(1);
  expect(network.asked.at(-1)?.body).toContain('dev.pressplay-outcome="stopped"');
});
