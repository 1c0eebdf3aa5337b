import { fillPlayId, signMediaToken } from '@pressplay/protocol/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hmac, ocaConfig, ocaWith, testFile } from '../testing/oca-fixture.ts';
import { type Answer, type Rendered, readAll, readJson, renderers } from '../testing/renderers.ts';
import { retryAfterS } from './retry-after.ts';

const file = testFile(700_000);
const SHARED_MS = 180_000;
/** A fifth of a second of the capacity. */
const RANGE = { range: 'bytes=0-199999' };
const CAPACITY_BPS = 8e6;

function pathOf(playId: string): string {
  const expiresAtS = Math.floor(Date.now() / 1000) + 600;
  return `/${signMediaToken({ expiresAtS, playId, scope: 'film' }, ocaConfig.urlKey, hmac)}/${file.entry.fileId}`;
}

const RUNNING = pathOf('a'.repeat(32));
const COPY = pathOf(fillPlayId('fjord-1-b'));
const strangerId = (n: number): string => n.toString(16).padStart(32, '0');

describe.each(renderers)('under three times its load, an OCA $name', ({ host, disks }) => {
  let rendered: Rendered;
  beforeEach(async () => {
    const config = { capacityBps: CAPACITY_BPS };
    rendered = await host(await ocaWith([file], { config, ...(disks && { disks: await disks() }) }));
  });
  afterEach(() => rendered.close());

  const ask = (target: string): Promise<Answer> => rendered.ask({ target, headers: RANGE });
  const served = async (target: string): Promise<boolean> => {
    const answer = await ask(target);
    await readAll(answer);
    return answer.status === 206;
  };

  /** Asks until it is refused, `before` each time; gives that refusal and what was told just before it. */
  async function refusalOf<T>(target: (n: number) => string, before: () => Promise<T>) {
    const endMs = performance.now() + SHARED_MS / 3;
    for (let n = 0; performance.now() < endMs; n++) {
      const told = await before();
      const answer = await ask(target(n));
      if (answer.status === 503) return { n, answer, told };
      await readAll(answer);
    }
    throw new Error('Nobody was refused.');
  }

  /** By the metrics; nginx's agent hears of it at its next turn. */
  async function refusedPlays(): Promise<number> {
    for (let n = 0; n < 100; n++) {
      const answer = await rendered.ask({
        target: '/metrics',
        headers: { authorization: `Bearer ${ocaConfig.controlToken}` },
      });
      const text = Buffer.from(await readAll(answer)).toString();
      const count = Number(/^pressplay_appliance_refused_total\{work="new-play"\} (\d+)$/m.exec(text)?.[1]);
      if (count > 0) return count;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return 0;
  }

  it('refuses new plays, copies and probes, and serves on whom it serves', { timeout: SHARED_MS }, async () => {
    expect(await served(RUNNING)).toBe(true);
    // Before: a machine that is slow would have had time to take them again.
    const lesser = async () => [await served(`${RUNNING}?CMCD=mtp%3D900%2Cnr`), await served(COPY)];
    const { n, answer, told } = await refusalOf((each) => pathOf(strangerId(each)), lesser);
    expect(told).toEqual([false, false]);
    expect(await served(RUNNING)).toBe(true);
    expect(await refusedPlays()).toBeGreaterThan(0);
    expect(answer.headers).toMatchObject({
      'retry-after': String(retryAfterS(strangerId(n))),
      'cmsd-dynamic': expect.stringContaining('"fjord-1-a"'),
      'access-control-allow-origin': '*',
    });
    expect((await readJson(answer)).error).toMatchObject({
      code: 'oca/overloaded',
      context: { retryAfterS: retryAfterS(strangerId(n)) },
    });
  });

  it('refuses also whom it serves once that alone is too much', { timeout: SHARED_MS }, async () => {
    let strangers = 0;
    const lesser = async () => [await served(pathOf(strangerId(++strangers))), await served(COPY)];
    const { told } = await refusalOf(() => RUNNING, lesser);
    expect(told).toEqual([false, false]);
  });
});
