import type { PlayerEvents, PlayerStats, QoeSummary } from '@pressplay/sdk-node';

/** `0:12 / 1:00  fjord-1-a (fjord-1)  v720  buffer 28.4 s  41.2 Mbit/s` */
export function liveLine(stats: PlayerStats): string {
  const server = stats.servers.find((candidate) => candidate.ocaId === stats.ocaId);
  const parts = [
    `${clock(stats.positionMs)} / ${clock(stats.durationMs)}`,
    server ? `${server.ocaId} (${server.siteId})` : 'no server yet',
    stats.shownRenditionId ?? stats.renditionId ?? '-',
    `buffer ${(stats.bufferAheadMs / 1000).toFixed(1)} s`,
    stats.throughputBps === undefined ? '-' : megabits(stats.throughputBps),
  ];
  if (stats.state !== 'playing') parts.push(stats.state);
  return parts.join('  ');
}

/** Lines for what a viewer would not see. `undefined` for events that the live line shows anyway. */
export const EVENT_LINES: { readonly [K in keyof PlayerEvents]?: (payload: PlayerEvents[K]) => string } = {
  'play-granted': (e) =>
    `"${e.titleName}" (${clock(e.durationMs)}) granted by ${e.region} with ${e.serverCount} servers`,
  'region-failover': (e) => `region ${e.from} failed (${e.cause}): asking ${e.to}`,
  'server-changed': (e) => (e.from ? `moved from ${e.from} to ${e.to} (${e.reason})` : `starts on ${e.to}`),
  'hand-over': (e) =>
    `hand-over from ${e.from} to ${e.to} (${e.reason}) at byte ${e.atByte} of segment ${e.segmentNumber} of ${e.renditionId}, bytes ${e.startByte} to ${e.endByte}`,
  'rendition-selected': (e) =>
    `rendition ${e.from ? `${e.from} -> ` : ''}${e.to} from segment ${e.segmentNumber} (${e.reason})`,
  rebuffer: (e) =>
    e.phase === 'start'
      ? `stalled at ${clock(e.positionMs)}`
      : `goes on after ${((e.lastedMs ?? 0) / 1000).toFixed(1)} s`,
};

export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

export function megabits(bps: number): string {
  return `${(bps / 1e6).toFixed(1)} Mbit/s`;
}

/** What the viewer lived through, in three lines. */
export function summaryLines(qoe: QoeSummary): readonly string[] {
  const { startupMs, rebufferCount, rebufferMs, averageBps, averageHeightPx, switchUpCount, switchDownCount } = qoe;
  const { lost, raced, replaced, probe } = qoe.wastedBytes;
  const start = startupMs === undefined ? 'never started' : `started after ${Math.round(startupMs)} ms`;
  const quality =
    averageBps === undefined
      ? 'nothing shown'
      : `${megabits(averageBps)}, ${Math.round(averageHeightPx ?? 0)} lines on average`;
  const servers = Object.entries(qoe.bytesByServer).sort(([, one], [, other]) => other - one);
  return [
    `${start}, played ${seconds(qoe.playingMs)}, ${rebufferCount} stalls (${Math.round(rebufferMs)} ms)`,
    `${quality}, ${switchUpCount} steps up, ${switchDownCount} down; ${total(qoe.moves)} moves, ${total(qoe.handOvers)} hand-overs`,
    `${megabytes(qoe.deliveredBytes)} from ${servers.map(([ocaId, bytes]) => `${ocaId} ${megabytes(bytes)}`).join(', ') || 'nobody'}; wasted ${megabytes(lost + raced + replaced + probe)}`,
  ];
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
