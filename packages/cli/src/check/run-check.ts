import { setTimeout as sleep } from 'node:timers/promises';
import type { PlayerEvents } from '@pressplay/sdk-node';
import type { Fleet } from '@pressplay/testkit/fleet';
import { createHeadlessPlayer, playUntil } from '../play/headless-play.ts';
import type { FirstPlay, SecondPlay } from './check-result.ts';
import { judge, printReport } from './report.ts';
import { untilMiddleOfSegment } from './streaming-oca.ts';

/** How long playback must go on after the kill, and in the second play. */
const GOES_ON_MS = 12_000;
const SECOND_PLAY_MS = 4000;
const LIMIT_MS = 60_000;

/** Plays headless, kills the OCA in the middle of a segment, then the region before a second play. True when all held. */
export async function runCheck(fleet: Fleet, paceBps: number): Promise<boolean> {
  const titleId = fleet.snapshot().titles.find((title) => title.live)?.titleId;
  if (titleId === undefined) {
    console.error('Check failed: no title is live.');
    return false;
  }
  const first = await playThroughKilledOca(fleet, titleId, paceBps);
  const second = await playAfterKilledRegion(fleet, titleId, first.region);
  const verdicts = judge({ titleId, ...first, second });
  printReport(verdicts);
  return verdicts.every((verdict) => verdict.held);
}

async function playThroughKilledOca(fleet: Fleet, titleId: string, paceBps: number): Promise<FirstPlay> {
  const player = createHeadlessPlayer({ regions: fleet.regions, accessToken: await fleet.accessToken() });
  const handOvers: PlayerEvents['hand-over'][] = [];
  let titleName = titleId;
  player.on('hand-over', (event) => handOvers.push(event));
  player.on('play-granted', (event) => {
    titleName = event.titleName;
  });
  try {
    console.log(`Playing ${titleId}`);
    await player.load(titleId);
    player.play();
    await playUntil(player, { enough: (stats) => stats.positionMs > 1000, timeoutMs: LIMIT_MS });
    const killed = await untilMiddleOfSegment(fleet, player, paceBps, LIMIT_MS);
    const positionAtKillMs = player.stats().positionMs;
    await fleet.killOca(killed.ocaId);
    console.log(`Killed ${killed.ocaId} in the middle of bytes ${killed.range[0]} to ${killed.range[1]}`);
    await playUntil(player, {
      enough: (stats) => stats.positionMs >= positionAtKillMs + GOES_ON_MS,
      timeoutMs: LIMIT_MS,
    });
    const stats = player.stats();
    return {
      titleName,
      region: stats.region ?? '',
      killed,
      handOvers,
      stats,
      ledger: player.ledger(),
      presentation: player.presentation,
      positionAtKillMs,
    };
  } finally {
    player.destroy();
  }
}

async function playAfterKilledRegion(fleet: Fleet, titleId: string, regionId: string): Promise<SecondPlay> {
  await fleet.killRegion(regionId);
  console.log(`Killed region ${regionId}, playing again`);
  await sleep(100);
  const player = createHeadlessPlayer({ regions: fleet.regions, accessToken: await fleet.accessToken() });
  const failovers: PlayerEvents['region-failover'][] = [];
  player.on('region-failover', (event) => failovers.push(event));
  try {
    await player.load(titleId);
    player.play();
    await playUntil(player, { enough: (stats) => stats.positionMs >= SECOND_PLAY_MS, timeoutMs: LIMIT_MS });
    const { region, positionMs, ocaId } = player.stats();
    return { failovers, region, playedMs: positionMs, ocaId };
  } finally {
    player.destroy();
  }
}
