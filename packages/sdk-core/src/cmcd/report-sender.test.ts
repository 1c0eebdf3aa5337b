import { describe, expect, it } from 'vitest';
import { type HttpClient, HttpFailure } from '../ports/http-client.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { ReportSender } from './report-sender.ts';

type Manner = number | 'refuses' | 'hangs';

/** Two regions that answer as told, and what they were sent. */
function stage() {
  const clock = new VirtualClock();
  const manners: Record<string, Manner> = { near: 204, far: 204 };
  const sent: { region: string; lines: string[]; atMs: number }[] = [];
  const http: HttpClient = async ({ url, body = '', signal }) => {
    const region = url.split('/')[2] ?? '';
    sent.push({ region, lines: body.split('\n'), atMs: clock.nowMs() });
    await new Promise<void>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new HttpFailure('aborted', 'aborted')));
      if (manners[region] === 'refuses') reject(new HttpFailure('network', 'refused'));
      if (typeof manners[region] === 'number') clock.schedule(20, resolve);
    });
    return { status: Number(manners[region]), header: () => null, body: { read: async () => undefined, cancel() {} } };
  };
  const sender = new ReportSender({ clock, http }, ['http://near/t', 'http://far/t']);
  const add = (...lines: string[]): void => {
    for (const line of lines) sender.add({ line, worth: 'change' });
  };
  return { clock, manners, sent, sender, add };
}

describe('reports', () => {
  it('go in one request, and none goes where there are none', async () => {
    const { clock, sent, sender, add } = stage();
    sender.flush();
    add('a', 'b');
    sender.flush();
    add('c');
    sender.flush();
    await clock.advance(1000);
    expect(sent.map(({ lines }) => lines)).toEqual([['a', 'b'], ['c']]);
  });

  it('go to the next region where one is dead, and stay with it', async () => {
    const { clock, sent, sender, add, manners } = stage();
    manners.near = 'refuses';
    for (const line of ['a', 'b']) {
      add(line);
      sender.flush();
      await clock.advance(1000);
    }
    expect(sent.map(({ region, lines }) => [region, ...lines])).toEqual([
      ['near', 'a'],
      ['far', 'a'],
      ['far', 'b'],
    ]);
  });

  it('wait longer and longer where all are dead, and arrive whole and in order once one is back', async () => {
    const { clock, sent, sender, add, manners } = stage();
    manners.near = 503;
    manners.far = 'hangs';
    add('a');
    sender.flush();
    await clock.advance(60_000);
    const roundsAtMs = sent.filter(({ region }) => region === 'near').map(({ atMs }) => atMs);
    const gapsMs = roundsAtMs.slice(1).map((atMs, at) => atMs - (roundsAtMs[at] ?? 0));
    expect(gapsMs.length).toBeGreaterThan(2);
    expect(gapsMs).toEqual([...gapsMs].sort((one, other) => one - other));
    expect(gapsMs.at(-1)).toBeGreaterThan(10_000);
    add('b');
    manners.near = manners.far = 204;
    await clock.advance(120_000);
    expect(sent.at(-1)?.lines).toEqual(['a', 'b']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('that a target calls wrong are not sent again; a play it does not know is not told of again', async () => {
    const { clock, sent, sender, add, manners } = stage();
    manners.near = 400;
    add('wrong');
    sender.flush();
    await clock.advance(1000);
    manners.near = 401;
    add('right');
    sender.flush();
    await clock.advance(1000);
    add('unwanted');
    sender.flush();
    await clock.advance(100_000);
    expect(sent.map(({ region, lines }) => [region, ...lines])).toEqual([
      ['near', 'wrong'],
      ['near', 'right'],
    ]);
  });

  it('get one more round at the end, then everything is let go of', async () => {
    const { clock, sent, sender, add, manners } = stage();
    manners.near = manners.far = 'hangs';
    add('a');
    sender.flush();
    await clock.advance(10_500);
    sender.close();
    await clock.advance(60_000);
    expect(sent).toHaveLength(4);
    expect(clock.pendingTimers).toBe(0);
  });

  it('are handed over when the page ends, those on their way too, until no more are taken', async () => {
    const { clock, sender, add, manners } = stage();
    const texts: string[] = [];
    manners.near = 'hangs';
    add('a');
    sender.flush();
    await clock.advance(10);
    add('b');
    sender.handOver((url, text) => texts.push(`${url} ${text}`) === 0);
    expect(texts).toEqual(['http://near/t a\nb']);
    sender.handOver((_url, text) => texts.push(text) > 0);
    sender.handOver((_url, text) => texts.push(text) > 0);
    expect(texts.slice(1)).toEqual(['a\nb', 'a']);
  });
});
