import type { ByteAccounts, Player, PlayerLedger } from '@pressplay/sdk-core';
import type { SyntheticTitle } from './media.ts';
import type { WitnessedRange } from './witness-engine.ts';
import type { World } from './world.ts';

type LedgerEntry = PlayerLedger['entries'][number];

export interface PlayToInspect {
  readonly world: World;
  readonly player: Player;
  readonly title: SyntheticTitle;
  /** OCAs that sent wrong bytes on purpose: what came from them may be wrong. */
  readonly liars?: ReadonlySet<string>;
}

/** What must hold of the bytes of a play, however it ended. Gives what does not, a line each. */
export function byteViolations(play: PlayToInspect): string[] {
  const ranges = play.world.witnessed(play.player);
  const ledger = play.player.ledger();
  return [...wrongBytes(ranges, ledger, play.liars), ...brokenIntervals(ranges, ledger), ...miscounted(ranges, ledger)];
}

/** What must hold of a play that went through: every segment was delivered, and twice only where one was replaced. */
export function missingSegments({ world, player, title }: PlayToInspect): string[] {
  const complete = world.witnessed(player).filter((range) => range.outcome === 'complete');
  const mayRepeat = player.ledger().bytes.replacedBytes > 0;
  return (['video', 'audio'] as const).flatMap((kind) => {
    const renditions = title.title.renditions.filter((rendition) => rendition.kind === kind);
    const fileIds = new Set(renditions.map((rendition) => rendition.fileId));
    const delivered = complete.filter(({ fileId }) => fileIds.has(fileId)).map(({ segmentNumber }) => segmentNumber);
    const wanted = renditions[0]?.index.sizes.map((_, number) => number) ?? [];
    const missing = wanted.filter((number) => !delivered.includes(number));
    const repeated = delivered.filter((number, i) => delivered.indexOf(number) !== i);
    return [
      ...missing.map((number) => `${kind} segment ${number} was never delivered`),
      ...(mayRepeat ? [] : repeated.map((number) => `${kind} segment ${number} was delivered twice`)),
    ];
  });
}

/**
 * Each media byte that viewers took off the wire from OCAs is in one account of one ledger, and in one only. The texts
 * of error answers are no media: some are read to learn the code, those of probes count as probes.
 */
export function unaccountedBytes(world: World, players: readonly Player[]): string[] {
  const accounted = players.reduce((sum, player) => sum + totalOf(player.ledger().bytes), 0);
  const media = bytesReadFromOcas(world, (status) => status === 200 || status === 206);
  const errors = bytesReadFromOcas(world, (status) => status >= 400);
  if (accounted >= media && accounted <= media + errors) return [];
  return [`the ledgers account for ${accounted} bytes, the wire carried ${media} of media and ${errors} of errors`];
}

/** What delivered something of a range while it ran, from its first byte on. */
export function entriesOf(ledger: PlayerLedger, range: WitnessedRange): LedgerEntry[] {
  return segmentEntries(ledger, range)
    .filter(({ startedAtMs }) => startedAtMs >= range.startedAtMs && startedAtMs <= range.endedAtMs)
    .sort((a, b) => a.requestedFrom - b.requestedFrom);
}

/** What delivered something of a segment, ever: who seeks back may want it again. */
function segmentEntries(ledger: PlayerLedger, { fileId, segmentNumber }: WitnessedRange): LedgerEntry[] {
  return ledger.entries
    .filter((entry) => entry.fileId === fileId && entry.segmentNumber === segmentNumber)
    .filter((entry) => entry.deliveredTo > entry.requestedFrom);
}

export function totalOf(bytes: ByteAccounts): number {
  const { deliveredBytes, lostBytes, racedBytes, probeBytes, replacedBytes } = bytes;
  return deliveredBytes + lostBytes + racedBytes + probeBytes + replacedBytes;
}

function wrongBytes(
  ranges: readonly WitnessedRange[],
  ledger: PlayerLedger,
  liars: ReadonlySet<string> = new Set(),
): string[] {
  const isExcused = (range: WitnessedRange): boolean =>
    segmentEntries(ledger, range).some(({ ocaId }) => liars.has(ocaId)) ||
    (range.outcome !== 'complete' && liars.size > 0);
  return ranges.flatMap((range) => [
    ...(range.wrongBytes > 0 && !isExcused(range) ? [`${nameOf(range)}: ${range.wrongBytes} wrongBytes`] : []),
    ...(range.outcome === 'complete' && range.receivedBytes !== range.endByte - range.startByte
      ? [`${nameOf(range)}: complete with ${range.receivedBytes} of ${range.endByte - range.startByte} bytes`]
      : []),
  ]);
}

/**
 * The ledger's intervals of each range lie end to end: nothing twice, and nothing left out but what was kept of an
 * earlier range for the same segment that was given up.
 */
function brokenIntervals(ranges: readonly WitnessedRange[], ledger: PlayerLedger): string[] {
  return ranges
    .filter((range) => range.outcome === 'complete')
    .flatMap((range) => {
      const before = segmentEntries(ledger, range).filter(({ startedAtMs }) => startedAtMs < range.startedAtMs);
      const problems: string[] = [];
      let reached = range.startByte;
      const reach = (toByte: number, who: string): void => {
        if (toByte < reached)
          problems.push(`${nameOf(range)}: ${who} from ${toByte} on, though ${reached} was reached`);
        if (!isCovered(before, reached, toByte))
          problems.push(`${nameOf(range)}: nothing brought ${reached}-${toByte}`);
      };
      for (const { ocaId, requestedFrom, deliveredTo } of entriesOf(ledger, range)) {
        reach(requestedFrom, `${ocaId} was asked`);
        reached = deliveredTo;
      }
      reach(range.endByte, 'it ends');
      return problems;
    });
}

function isCovered(entries: readonly LedgerEntry[], fromByte: number, toByte: number): boolean {
  let reached = fromByte;
  for (const { requestedFrom, deliveredTo } of [...entries].sort((a, b) => a.requestedFrom - b.requestedFrom))
    if (requestedFrom <= reached) reached = Math.max(reached, deliveredTo);
  return reached >= toByte;
}

function miscounted(ranges: readonly WitnessedRange[], ledger: PlayerLedger): string[] {
  // The index file of a long film is not for the engine.
  const media = ledger.entries.filter(({ renditionId }) => renditionId !== 'index');
  const delivered = media.reduce((sum, entry) => sum + entry.deliveredTo - entry.requestedFrom, 0);
  const received = ranges.reduce((sum, range) => sum + range.receivedBytes, 0);
  const fresh = received - ledger.reusedBytes;
  return delivered === fresh
    ? []
    : [`the ledger counts ${delivered} delivered bytes, the engine got ${fresh} fresh ones`];
}

function bytesReadFromOcas(world: World, isWanted: (status: number) => boolean): number {
  const ocaIds = new Set(world.fleet.ocas.map(({ ocaId }) => ocaId));
  return [...world.network.records(), ...world.network.running()]
    .filter(({ from, to, status = 0 }) => !ocaIds.has(from) && ocaIds.has(to) && isWanted(status))
    .reduce((sum, { readBytes }) => sum + readBytes, 0);
}

function nameOf({ renditionId, segmentNumber, startByte, endByte }: WitnessedRange): string {
  return `${renditionId} segment ${segmentNumber} (${startByte}-${endByte})`;
}
