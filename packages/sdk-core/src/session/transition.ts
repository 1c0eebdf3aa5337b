import { destroy, load, pause, play, retry, seek, stop } from './calls.ts';
import {
  engineEnded,
  engineFailed,
  enginePaused,
  enginePlaying,
  engineSeeked,
  engineSeeking,
  engineWaiting,
} from './engine-events.ts';
import { to } from './leave-status.ts';
import type { EventOf, SessionEvent, SessionState, Transition } from './session-state.ts';

/** How often a play may try other bytes after a decode error. */
const DECODE_RETRIES = 2;

/** What each event does. */
const HANDLERS: {
  readonly [T in SessionEvent['type']]: (state: SessionState, event: EventOf<T>) => Transition;
} = {
  load,
  granted,
  'load-failed': loadFailed,
  retry,
  play,
  pause,
  seek,
  stop,
  destroy,
  'engine-playing': enginePlaying,
  'engine-waiting': engineWaiting,
  'engine-paused': enginePaused,
  'engine-seeking': engineSeeking,
  'engine-seeked': engineSeeked,
  'engine-ended': engineEnded,
  'engine-failed': engineFailed,
};

/**
 * The one state machine of a player: what happens next, and what is to be done about it. Pure, and total: any event
 * may come in any state, since engines and answers arrive late.
 */
export function transition(state: SessionState, event: SessionEvent): Transition {
  const handle = HANDLERS[event.type] as (state: SessionState, event: SessionEvent) => Transition;
  return handle(state, event);
}

function loadFailed(state: SessionState, { error }: EventOf<'load-failed'>): Transition {
  if (state.status !== 'loading') return to(state);
  const { titleId, startAtMs, wantsPlay } = state;
  return to({ status: 'failed', error, again: { titleId, startAtMs, wantsPlay } }, { type: 'emit-error', error });
}

function granted(state: SessionState, { durationMs }: EventOf<'granted'>): Transition {
  if (state.status !== 'loading') return to(state);
  const { titleId, wantsPlay, loadedAtMs } = state;
  const counters = { rebufferCount: 0, rebufferMs: 0, decodeRetriesLeft: DECODE_RETRIES };
  const startAtMs = Math.min(state.startAtMs, durationMs);
  return to(
    { status: 'ready', play: { titleId, durationMs, wantsPlay, loadedAtMs, ...counters } },
    { type: 'open-engine', startAtMs, play: wantsPlay },
  );
}
