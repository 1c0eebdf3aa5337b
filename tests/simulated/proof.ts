import type { Player, PlayerEvents } from '@pressplay/sdk-core';
import {
  byteViolations,
  missingSegments,
  type SyntheticTitle,
  unaccountedBytes,
  type WitnessedRange,
  type World,
} from '@pressplay/testkit/simulation';
import { expect } from 'vitest';

type HandOver = PlayerEvents['hand-over'];

/** Waits until a video range is delivered between 30 and 70 %, not before segment `fromSegment`. Says which OCA streams it. */
export async function runUntilMidSegment(
  world: World,
  player: Player,
  { fromSegment = 3, minBytes = 300_000, limitMs = 60_000 } = {},
): Promise<{ range: WitnessedRange; ocaId: string }> {
  const found = (): WitnessedRange | undefined =>
    world.witnessed(player).find((range) => {
      const sizeBytes = range.endByte - range.startByte;
      const isBig = range.renditionId.startsWith('v') && sizeBytes >= minBytes;
      const share = range.receivedBytes / sizeBytes;
      return range.outcome === 'running' && isBig && range.segmentNumber >= fromSegment && share > 0.3 && share < 0.7;
    });
  await world.runUntil(() => found() !== undefined, limitMs);
  const range = found();
  if (!range) throw world.failure('No range is half delivered.');
  return { range, ocaId: servingOca(world, range) };
}

/** The OCA on whose connection the range runs now. */
export function servingOca(world: World, range: WitnessedRange): string {
  const running = world.network
    .running()
    .find(
      (exchange) => exchange.path.endsWith(range.fileId) && exchange.readBytes > 0 && exchange.outcome === 'running',
    );
  if (!running) throw world.failure(`Nobody is sending ${range.renditionId} segment ${range.segmentNumber}.`);
  return running.to;
}

/** The hand-overs of a range, in order. */
export function handOversOf(world: World, range: WitnessedRange): HandOver[] {
  return world.events
    .filter((event) => event.name === 'hand-over')
    .map((event) => event.detail as HandOver)
    .filter((event) => event.renditionId === range.renditionId && event.segmentNumber === range.segmentNumber);
}

/** A play that went through: bytes equal the files', each segment whole, each byte from one server only. */
export function expectEveryByteOnce(world: World, player: Player, title: SyntheticTitle): void {
  const play = { world, player, title };
  expect(world.witnessed(player).length, `seed ${world.seed}`).toBeGreaterThan(0);
  expect([...byteViolations(play), ...missingSegments(play)].join('\n'), `seed ${world.seed}`).toBe('');
  expectAccountsComplete(world, player);
}

export function expectAccountsComplete(world: World, player: Player): void {
  expect(unaccountedBytes(world, [player]), `seed ${world.seed}`).toEqual([]);
}

/** What an OCA logged when it began to answer for this file from this byte. */
export function loggedStartAt(world: World, ocaId: string, fileId: string, firstByte: number) {
  return world
    .requestLog(ocaId)
    .find((line) => line.phase === 'start' && line.fileId === fileId && line.range?.[0] === firstByte);
}
