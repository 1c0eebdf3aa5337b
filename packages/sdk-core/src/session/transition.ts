import type { PlayerError } from '../errors/player-error.ts';
import { destroy, load, pause, play, retry, seek, stop, to } from './calls.ts';
import {
  engineEnded,
  engineFailed,
  enginePaused,
  enginePlaying,
  engineSeeked,
  engineSeeking,
  engineWaiting,
} from './engine-events.ts';
import type { SessionEvent, SessionState, Transition } from './session-state.ts';

/** How often a play may try other bytes after a decode error. */
const DECODE_RETRIES = 2;

/**
 * The one state machine of a player: what happens next, and what is to be done about it. Pure, and total: any event
 * may come in any state, since engines and answers arrive late.
 */
export function transition(state: SessionState, event: SessionEvent): Transition {
  switch (event.type) {
    case 'load':
      return load(state, event);
    case 'granted':
      return granted(state, event.durationMs);
    case 'load-failed':
      return loadFailed(state, event.error);
    case 'retry':
      return retry(state, event.nowMs);
    case 'play':
      return play(state);
    case 'pause':
      return pause(state, event.nowMs);
    case 'seek':
      return seek(state, event);
    case 'stop':
      return stop(state);
    case 'destroy':
      return destroy(state);
    case 'engine-playing':
      return enginePlaying(state, event.nowMs);
    case 'engine-waiting':
      return engineWaiting(state, event.nowMs);
    case 'engine-paused':
      return enginePaused(state, event.nowMs);
    case 'engine-seeking':
      return engineSeeking(state, event.nowMs);
    case 'engine-seeked':
      return engineSeeked(state);
    case 'engine-ended':
      return engineEnded(state, event.nowMs);
    case 'engine-failed':
      return engineFailed(state, event);
  }
}

function loadFailed(state: SessionState, error: PlayerError): Transition {
  if (state.status !== 'loading') return to(state);
  const { titleId, startAtMs, wantsPlay } = state;
  return to({ status: 'failed', error, again: { titleId, startAtMs, wantsPlay } }, { type: 'emit-error', error });
}

function granted(state: SessionState, durationMs: number): Transition {
  if (state.status !== 'loading') return to(state);
  const { titleId, wantsPlay, loadedAtMs } = state;
  const counters = { rebufferCount: 0, rebufferMs: 0, decodeRetriesLeft: DECODE_RETRIES };
  const startAtMs = Math.min(state.startAtMs, durationMs);
  return to(
    { status: 'ready', play: { titleId, durationMs, wantsPlay, loadedAtMs, ...counters } },
    { type: 'open-engine', startAtMs, play: wantsPlay },
  );
}
