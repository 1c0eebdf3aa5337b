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
    ['violated invariants', `${sum(results.map((result) => result.violations.length))}`],
  ] as const;
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

function outcomes(viewers: readonly ViewerFigures[]): [string, string][] {
  const failures = new Map<string, number>();
  for (const { errorCode } of viewers)
    if (errorCode !== undefined) failures.set(errorCode, (failures.get(errorCode) ?? 0) + 1);
  const codes = [...failures].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, count]) => `${code} ${count}`);
  const ended = viewers.filter(({ outcome }) => outcome === 'ended').length;
  const failed = viewers.filter(({ outcome }) => outcome === 'failed').length;
  return [
    ['ended', `${ended}`],
    ['failed', codes.length > 0 ? `${failed} (${codes.join(', ')})` : `${failed}`],
  ];
}

function experience(viewers: readonly ViewerFigures[]): [string, string][] {
  const startups = viewers.flatMap(({ startupMs }) => startupMs ?? []).sort((a, b) => a - b);
  const rebufferMs = sum(viewers.map((viewer) => viewer.rebufferMs));
  const playedMs = sum(viewers.map((viewer) => viewer.playedMs));
  const stalled = viewers.filter(({ rebufferCount }) => rebufferCount > 0).length;
  const kbps = (sum(viewers.map(({ videoBytes }) => videoBytes)) * 8) / sum(viewers.map(({ videoMs }) => videoMs));
  return [
    ['start-up p50', `${quantile(startups, 0.5).toFixed(0)} ms`],
    ['start-up p95', `${quantile(startups, 0.95).toFixed(0)} ms`],
    ['rebuffer ratio', percent(rebufferMs, rebufferMs + playedMs)],
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
