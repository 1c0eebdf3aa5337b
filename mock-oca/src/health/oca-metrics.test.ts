import { signMediaToken } from '@pressplay/protocol/wire';
import { expect, it } from 'vitest';
import { hmac, ocaConfig, ocaWith, testFile, tokenFor } from '../testing/oca-fixture.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { metricsText } from './metrics-text.ts';

const file = testFile(1000);
const LINE = /^[a-z_:]+(?:\{[a-z_]+="(?:[^"\\\n]|\\.)*"(?:,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})? -?[0-9.e+-]+$/;

it('tells Prometheus how the appliance is, and nobody without the token', async () => {
  const clock = new VirtualClock();
  const { oca } = await ocaWith([file], { clock });
  const ask = (target: string, headers: Record<string, string> = {}): Promise<Response> =>
    oca.fetch(new Request(`http://oca${target}`, { headers }), { clientAddress: '198.51.100.7' });
  const path = (token: string): string => `/${token}/${file.entry.fileId}`;
  await (await ask(path(tokenFor('film', 60_000, clock.wallMs())))).arrayBuffer();
  await ask(path(tokenFor('series', 60_000, clock.wallMs())));
  await oca.drain();
  const expiresAtS = clock.wallMs() / 1000 + 60;
  await ask(path(signMediaToken({ expiresAtS, playId: 'b', scope: 'film' }, ocaConfig.urlKey, hmac)));

  expect((await ask('/metrics')).status).toBe(401);
  const answer = await ask('/metrics', { authorization: `Bearer ${ocaConfig.controlToken}` });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  const lines = (await answer.text()).trimEnd().split('\n');
  for (const line of lines) expect(line.startsWith('# ') || LINE.test(line), line).toBe(true);
  for (const line of [
    'pressplay_appliance_info{oca="fjord-1-a",site="fjord-1"} 1',
    'pressplay_appliance_verdict{verdict="draining"} 1',
    'pressplay_appliance_verdict{verdict="healthy"} 0',
    'pressplay_appliance_load_share{resource="processor"} 0',
    'pressplay_appliance_capacity_bps 1000000000',
    'pressplay_appliance_capacity_left_bps 0',
    'pressplay_appliance_files 1',
    'pressplay_appliance_served_bytes_total 1000',
    'pressplay_appliance_responses_total{status="200"} 1',
    'pressplay_appliance_responses_total{status="403"} 1',
    'pressplay_appliance_responses_total{status="503"} 1',
    'pressplay_appliance_refused_total{work="new-play"} 1',
    'pressplay_appliance_first_byte_seconds_bucket{le="+Inf"} 1',
    'pressplay_appliance_first_byte_seconds_count 1',
  ])
    expect(lines).toContain(line);
});

it('has the first byte of each answer in the log, too', async () => {
  const clock = new VirtualClock();
  const { oca, log } = await ocaWith([file], { clock });
  oca.media.faults.set([{ kind: 'latency', delayMs: 120 }]);
  const target = `http://oca/${tokenFor('film', 60_000, clock.wallMs())}/${file.entry.fileId}`;
  const asked = oca
    .fetch(new Request(target), { clientAddress: '198.51.100.7' })
    .then((answer) => answer.arrayBuffer());
  await clock.advance(200);
  await asked;
  expect(log.at(-1)).toMatchObject({ phase: 'end', firstByteAfterMs: 120, bytesSent: 1000 });
});

it('escapes what labels may hold', () => {
  const samples = [{ labels: { disk: '/a "b"\\c\n' }, value: 1 }];
  expect(metricsText([{ name: 'x', help: 'a\nb', type: 'gauge', samples }])).toBe(
    '# HELP x a\\nb\n# TYPE x gauge\nx{disk="/a \\"b\\"\\\\c\\n"} 1\n',
  );
});
