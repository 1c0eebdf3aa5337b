import { clock } from '../play/live-line.ts';
import { auditLedger } from './audit-ledger.ts';
import type { CheckResult } from './check-result.ts';

export interface Verdict {
  readonly held: boolean;
  readonly what: string;
  readonly detail: string;
}

/** What the check demands, each with what was seen. */
export function judge(result: CheckResult): Verdict[] {
  return [...judgeStart(result), ...judgeHandOver(result), ...judgeLedger(result), ...judgeRegion(result)];
}

function judgeStart({ titleId, titleName, stats }: CheckResult): Verdict[] {
  const { startupMs, region = 'no region' } = stats;
  const detail =
    startupMs === undefined
      ? 'never'
      : `"${titleName}" (${titleId}) after ${Math.round(startupMs)} ms, granted by ${region}`;
  return [{ held: startupMs !== undefined, what: 'Playback started', detail }];
}

function judgeHandOver({ killed, handOvers, stats, positionAtKillMs, ledger }: CheckResult): Verdict[] {
  const handOver = handOvers.find((event) => event.from === killed.ocaId);
  const servers = [
    ...new Set(ledger.entries.filter((entry) => entry.deliveredTo > entry.requestedFrom).map((entry) => entry.ocaId)),
  ];
  const inside = handOver !== undefined && handOver.atByte > handOver.startByte && handOver.atByte < handOver.endByte;
  const seen = handOver
    ? `${handOver.from} -> ${handOver.to} at byte ${handOver.atByte} of segment ${handOver.segmentNumber} of ${handOver.renditionId} (bytes ${handOver.startByte} to ${handOver.endByte})`
    : `none from ${killed.ocaId}`;
  return [
    { held: inside, what: 'Hand-over inside a segment', detail: seen },
    { held: servers.length > 1, what: 'Served by', detail: servers.join(', ') },
    {
      held: stats.rebufferCount === 0 && stats.positionMs > positionAtKillMs,
      what: 'No stall',
      detail: `${stats.rebufferCount} stalls; killed at ${clock(positionAtKillMs)}, played on to ${clock(stats.positionMs)}`,
    },
  ];
}

function judgeLedger({ ledger, presentation }: CheckResult): Verdict[] {
  const problems = presentation ? auditLedger(ledger.entries, presentation) : ['the title was never described'];
  const { deliveredBytes, lostBytes, racedBytes, probeBytes } = ledger.bytes;
  const bytes = `${deliveredBytes} bytes delivered, ${lostBytes} lost in flight, ${racedBytes} raced, ${probeBytes} probes`;
  return [
    { held: problems.length === 0, what: 'Ledger disjoint and complete', detail: [...problems, bytes].join('; ') },
  ];
}

function judgeRegion({ region, second }: CheckResult): Verdict[] {
  const failover = second.failovers[0];
  return [
    {
      held: failover?.from === region && second.region !== region,
      what: 'Region failover',
      detail: failover ? `${failover.from} -> ${second.region} (${failover.cause})` : 'none',
    },
    {
      held: second.playedMs > 0 && second.ocaId !== undefined,
      what: 'Second play',
      detail: `${clock(second.playedMs)} from ${second.ocaId ?? 'no server'}`,
    },
  ];
}

export function printReport(verdicts: readonly Verdict[]): void {
  console.log('\nReport');
  for (const { held, what, detail } of verdicts) console.log(`  ${held ? 'ok    ' : 'FAILED'} ${what}: ${detail}`);
  console.log(verdicts.every((verdict) => verdict.held) ? '\nCheck passed.' : '\nCheck failed.');
}
