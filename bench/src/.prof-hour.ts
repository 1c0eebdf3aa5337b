import { Session } from 'node:inspector/promises';
import { writeFileSync, mkdirSync } from 'node:fs';
import { createWorld, synthesizeTitle } from '@pressplay/testkit/simulation';
const PLAY_MS = 20 * 60_000; const REST_MS = 5*60_000;
const AT_REST = { ocas: { reportIntervalMs: REST_MS, fillIntervalMs: REST_MS }, controlPlane: { healthDeadlineMs: 2.5 * REST_MS, manifestRefreshMs: REST_MS } };
const t0 = process.cpuUsage();
const title = synthesizeTitle({ titleId: 'long-1', durationMs: PLAY_MS });
console.log('synth', (process.cpuUsage(t0).user+process.cpuUsage(t0).system)/1e6);
const busy = process.argv.includes('busy'); const prof = process.argv.find(a=>a.startsWith('prof='))?.slice(5);
let sum = 0;
const session = new Session(); session.connect();
for (let play = 1; play <= (busy ? 1 : prof ? 6 : 3); play++) {
  if (prof && play === (busy ? 1 : 3)) { await session.post('Profiler.enable'); await session.post('Profiler.start'); }
  const b = process.cpuUsage();
  const world = await createWorld({ titles: [title], seed: play, ...(busy ? {} : AT_REST) });
  const c0 = process.cpuUsage(b);
  const player = world.createPlayer();
  await world.settle(player.load('long-1'));
  await world.advance(PLAY_MS / 2);
  world.killOca(player.stats().ocaId ?? '');
  await world.runUntil(() => player.state === 'ended', 3_600_000);
  const c = process.cpuUsage(b);
  sum += (c.user + c.system)/1e6;
  console.log('play', play, ((c.user + c.system)/1e6).toFixed(3), 'create', (c0.user+c0.system)/1e6, 'records', world.network.records().length, 'ranges', world.witnessed(player).length, 'events', world.events.length, 'timers', (world.clock as any).scheduledCount, 'rebuf', player.stats().rebufferCount, player.stats().bytes.probeBytes);
}
console.log('sum', sum);
if (prof) { const { profile } = await session.post('Profiler.stop'); mkdirSync(prof, {recursive:true}); writeFileSync(prof+'/x.cpuprofile', JSON.stringify(profile)); }
