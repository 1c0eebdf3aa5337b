import type { Player, PlayerEvents, PlayerLedger } from '@pressplay/sdk-core';
import type { SyntheticTitle, WitnessedRange, World } from '@pressplay/testkit/simulation';
import { expect } from 'vitest';

type HandOver = PlayerEvents['hand-over'];
type LedgerEntry = PlayerLedger['entries'][number];

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
export function expectEveryByteOnce(world: World, player: Player, { title }: SyntheticTitle): void {
  const ranges = world.witnessed(player);
  expect(ranges.length, `seed ${world.seed}`).toBeGreaterThan(0);
  for (const range of ranges) {
    expect(range.wrongBytes, `seed ${world.seed}: ${JSON.stringify(range)}`).toBe(0);
    if (range.outcome === 'complete') expect(range.receivedBytes).toBe(range.endByte - range.startByte);
  }
  for (const kind of ['video', 'audio'] as const) {
    const ofKind = title.renditions.filter((rendition) => rendition.kind === kind);
    const complete = ranges.filter(
      (range) => range.outcome === 'complete' && ofKind.some((rendition) => rendition.fileId === range.fileId),
    );
    const numbers = complete.map((range) => range.segmentNumber).sort((a, b) => a - b);
    const expected = ofKind[0]?.index.sizes.map((_, number) => number) ?? [];
    expect(numbers, `seed ${world.seed}: ${kind} segments delivered`).toEqual(expected);
  }
  expectDisjointAndComplete(world, player.ledger(), ranges);
  expectAccountsComplete(world, player);
}

/** The ledger's intervals of each range lie end to end: nothing twice, nothing left out. */
function expectDisjointAndComplete(world: World, ledger: PlayerLedger, ranges: readonly WitnessedRange[]): void {
  for (const range of ranges.filter((candidate) => candidate.outcome === 'complete')) {
    const entries = entriesOf(ledger, range);
    let reached = range.startByte;
    for (const entry of entries) {
      expect(entry.requestedFrom, `seed ${world.seed}: ${JSON.stringify(entries)}`).toBe(reached);
      reached = entry.deliveredTo;
    }
    expect(reached, `seed ${world.seed}: ${JSON.stringify(entries)}`).toBe(range.endByte);
  }
  const delivered = ledger.entries.reduce((sum, entry) => sum + entry.deliveredTo - entry.requestedFrom, 0);
  const received = ranges.reduce((sum, range) => sum + range.receivedBytes, 0);
  expect(delivered, `seed ${world.seed}: the ledger and the engine count alike`).toBe(received);
}

/**
 * Each media byte that the viewer took off the wire from OCAs is in one account of the ledger, and in one only. The
 * texts of error answers are no media: some are read to learn the code, those of probes count as probes.
 */
export function expectAccountsComplete(world: World, player: Player): void {
  const { deliveredBytes, lostBytes, racedBytes, probeBytes, replacedBytes } = player.ledger().bytes;
  const accounted = deliveredBytes + lostBytes + racedBytes + probeBytes + replacedBytes;
  const media = bytesReadFromOcas(world, (status) => status === 200 || status === 206);
  const errors = bytesReadFromOcas(world, (status) => status >= 400);
  const why = `seed ${world.seed}: ${JSON.stringify(player.ledger().bytes)}`;
  expect(accounted, why).toBeGreaterThanOrEqual(media);
  expect(accounted, why).toBeLessThanOrEqual(media + errors);
}

function bytesReadFromOcas(world: World, isWanted: (status: number) => boolean): number {
  const ocaIds = new Set(world.fleet.ocas.map(({ ocaId }) => ocaId));
  return [...world.network.records(), ...world.network.running()]
    .filter(({ from, to, status = 0 }) => !ocaIds.has(from) && ocaIds.has(to) && isWanted(status))
    .reduce((sum, { readBytes }) => sum + readBytes, 0);
}

/** What delivered something of a range, from its first byte on. */
export function entriesOf(ledger: PlayerLedger, range: WitnessedRange): LedgerEntry[] {
  return ledger.entries
    .filter(({ fileId, segmentNumber }) => fileId === range.fileId && segmentNumber === range.segmentNumber)
    .filter((entry) => entry.deliveredTo > entry.requestedFrom)
    .sort((a, b) => a.requestedFrom - b.requestedFrom);
}

/** What an OCA logged when it began to answer for this file from this byte. */
export function loggedStartAt(world: World, ocaId: string, fileId: string, firstByte: number) {
  return world
    .requestLog(ocaId)
    .find((line) => line.phase === 'start' && line.fileId === fileId && line.range?.[0] === firstByte);
}
