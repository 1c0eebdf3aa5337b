import type { SessionResult } from './play-session.ts';
import type { ViewerFigures } from './viewer-figures.ts';

/** The figures of all sessions, as lines of a table. The same sessions give the same text. */
export function report(results: readonly SessionResult[]): string {
  const viewers = results.flatMap((result) => result.viewers);
  const rows = [
    ['sessions', `${results.length}`],
    ['plays', `${viewers.length}`],
    ['virtual time', `${(sum(results.map((result) => result.virtualMs)) / 3_600_000).toFixed(2)} h`],
    ...outcomes(viewers),
    ...experience(viewers),
    ...bytes(viewers),
    ['happened', happenings(results)],
    ['violated invariants', `${sum(results.map((result) => result.violations.length))}`],
  ] as const;
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

function outcomes(viewers: readonly ViewerFigures[]): [string, string][] {
  const ended = viewers.filter(({ outcome }) => outcome === 'ended').length;
  const failed = viewers.filter(({ outcome }) => outcome === 'failed');
  return [
    ['ended', `${ended}`],
    ['failed', withDetails(failed.length, tally(failed.map(({ errorCode }) => errorCode ?? 'untyped')))],
    ['for want of', withDetails(failed.length, tally(failed.map(({ failureCause }) => failureCause ?? 'unknown')))],
  ];
}

function happenings(results: readonly SessionResult[]): string {
  const sums: Record<string, number> = {};
  for (const { happenings: counts } of results)
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  return listOf(sums);
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function withDetails(count: number, details: Readonly<Record<string, number>>): string {
  return count === 0 ? '0' : `${count} (${listOf(details)})`;
}

function listOf(counts: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, count]) => `${name} ${count}`).join(', ');
}

function experience(viewers: readonly ViewerFigures[]): [string, string][] {
  const startups = viewers.flatMap(({ startupMs }) => startupMs ?? []).sort((a, b) => a - b);
  const rebufferMs = sum(viewers.map((viewer) => viewer.rebufferMs));
  const unavoidableMs = sum(viewers.map((viewer) => viewer.unavoidableRebufferMs));
  const servedMs = sum(viewers.map((viewer) => viewer.servedRebufferMs));
  const playedMs = sum(viewers.map((viewer) => viewer.playedMs));
  const stalled = viewers.filter(({ rebufferCount }) => rebufferCount > 0).length;
  const kbps = (sum(viewers.map(({ videoBytes }) => videoBytes)) * 8) / sum(viewers.map(({ videoMs }) => videoMs));
  return [
    ['start-up p50', `${quantile(startups, 0.5).toFixed(0)} ms`],
    ['start-up p95', `${quantile(startups, 0.95).toFixed(0)} ms`],
    ['rebuffer ratio', percent(rebufferMs, rebufferMs + playedMs)],
    ['  unavoidable', percent(unavoidableMs, rebufferMs + playedMs)],
    ['  avoidable', percent(rebufferMs - unavoidableMs, rebufferMs + playedMs)],
    ['  with a server there', percent(servedMs, rebufferMs + playedMs)],
    ['plays that rebuffered', percent(stalled, viewers.length)],
    ['mean video bitrate', `${kbps.toFixed(0)} kbit/s`],
    ['rendition switches', perPlay(viewers.map(({ switches }) => switches))],
    ['moves', perPlay(viewers.map(({ moves }) => moves))],
    ['hand-overs', perPlay(viewers.map(({ handOvers }) => handOvers))],
  ];
}

function bytes(viewers: readonly ViewerFigures[]): [string, string][] {
  const accounts = ['lostBytes', 'racedBytes', 'replacedBytes', 'probeBytes'] as const;
  const delivered = sum(viewers.map((viewer) => viewer.bytes.deliveredBytes));
  const share = (account: (typeof accounts)[number]): string =>
    percent(sum(viewers.map((viewer) => viewer.bytes[account])), delivered);
  const names = { lostBytes: 'lost', racedBytes: 'raced', replacedBytes: 'replaced', probeBytes: 'probe' };
  return [
    ['bytes delivered', `${(delivered / 1e6).toFixed(1)} MB`],
    ...accounts.map((account): [string, string] => [`bytes ${names[account]}`, share(account)]),
  ];
}

/** Nearest rank, of sorted values. */
function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

function perPlay(counts: readonly number[]): string {
  return `${sum(counts)} (${(sum(counts) / Math.max(1, counts.length)).toFixed(2)} a play)`;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(3)} %`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
