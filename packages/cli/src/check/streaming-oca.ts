import { setTimeout as sleep } from 'node:timers/promises';
import type { Player } from '@pressplay/sdk-node';
import type { Fleet, RequestLogLine } from '@pressplay/testkit/fleet';
import { CliError } from '../cli-error.ts';

export interface MiddleOfSegment {
  readonly ocaId: string;
  /** First byte and the first byte after the range that the OCA is sending. */
  readonly range: readonly [number, number];
}

/** Large enough that its sending can be met half-way. */
const LARGE_RANGE_BYTES = 150_000;

/** Waits until an OCA is half-way through a large range of this play, by its own log. */
export async function untilMiddleOfSegment(
  fleet: Fleet,
  player: Player,
  paceBps: number,
  limitMs: number,
): Promise<MiddleOfSegment> {
  const deadlineMs = performance.now() + limitMs;
  while (performance.now() < deadlineMs) {
    const { ocaId, playId } = player.stats();
    const line = ocaId && playId ? runningRange(await fleet.requestLog(ocaId), playId) : undefined;
    if (line && ocaId) {
      await sleep(halfOfSendingMs(line, paceBps));
      const stillRuns = runningRange(await fleet.requestLog(ocaId), playId ?? '')?.requestId === line.requestId;
      if (stillRuns) return { ocaId, range: line.range };
    }
    await sleep(10);
  }
  throw new CliError('Check failed: no OCA was met in the middle of a segment.');
}

type SentRange = RequestLogLine & { readonly range: readonly [number, number] };

/** The latest large range of the play that has started and not ended. */
export function runningRange(lines: readonly RequestLogLine[], playId: string): SentRange | undefined {
  const ended = new Set(lines.filter((line) => line.phase === 'end').map((line) => line.requestId));
  return lines
    .filter((line) => line.phase === 'start' && line.playId === playId && !ended.has(line.requestId))
    .filter((line): line is SentRange => line.range !== undefined && sizeBytesOf(line.range) >= LARGE_RANGE_BYTES)
    .at(-1);
}

/** From now until half of the range is sent, at the pace of the fleet. */
function halfOfSendingMs({ range, atMs }: SentRange, paceBps: number): number {
  const wholeMs = (sizeBytesOf(range) * 8000) / paceBps;
  return Math.max(0, wholeMs / 2 - (Date.now() - atMs));
}

const sizeBytesOf = ([first, end]: readonly [number, number]): number => end - first;
