import type { Player } from '@pressplay/sdk-web';
import type { LogLine } from './event-log.ts';
import { formatBytes, formatMs } from './format.ts';

const WORDS: Record<string, string> = {
  reset: 'the connection broke',
  'first-byte-late': 'no first byte in time',
  stalled: 'bytes stopped',
  'too-slow': 'too slow for its deadline',
  status: 'it answered an error',
  'other-bytes': 'it holds other bytes',
  short: 'it sent too few bytes',
  'better-by-margin': 'clearly better for a while',
  duress: 'it asked to be left: too many come to it',
  steering: 'steering said so',
};

/** Tells a player's story in the event log. */
export function describePlayerEvents(player: Player, note: (tone: LogLine['tone'], text: string) => void): void {
  const words = (reason: string): string => WORDS[reason] ?? reason;
  player.on('play-granted', (e) => note('play', `${e.region} granted "${e.titleName}": ${e.serverCount} servers`));
  player.on('region-failover', (e) => note('warn', `Region ${e.from} failed (${e.cause}); asked ${e.to}`));
  player.on('server-changed', (e) =>
    note('play', e.from === undefined ? `Starts on ${e.to}` : `Moves from ${e.from} to ${e.to}: ${words(e.reason)}`),
  );
  player.on('hand-over', (e) =>
    note(
      'handover',
      `Hand-over ${e.from} → ${e.to} at byte ${formatBytes(e.atByte - e.startByte)} of ${formatBytes(e.endByte - e.startByte)} in segment ${e.segmentNumber} of ${e.renditionId}: ${words(e.reason)}`,
    ),
  );
  player.on('rendition-selected', (e) =>
    note('play', `Rendition ${e.from === undefined ? '' : `${e.from} → `}${e.to}: ${e.reason}`),
  );
  player.on('rebuffer', (e) =>
    note('warn', e.phase === 'start' ? 'Rebuffering' : `Plays again after ${formatMs(e.lastedMs)}`),
  );
  player.on('error', (e) => note('error', e.error.message));
  player.on('state', (e) => {
    if (e.to === 'ended') note('play', 'The end');
  });
}
