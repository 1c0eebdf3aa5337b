import type { EngineEvent } from '../ports/media-engine.ts';
import type { SessionEvent } from '../session/session-state.ts';

/** What an engine's event means to the session; undefined where it concerns the picture only. */
export function sessionEventOf(event: EngineEvent, positionMs: () => number, nowMs: number): SessionEvent | undefined {
  switch (event.type) {
    case 'playing':
    case 'waiting':
    case 'paused':
    case 'seeking':
    case 'seeked':
    case 'ended':
      return { type: `engine-${event.type}`, nowMs };
    case 'failed':
      return { type: 'engine-failed', cause: event.cause, error: event.error, positionMs: positionMs(), nowMs };
    case 'appended':
    case 'discarded':
    case 'rendition-shown':
      return undefined;
  }
}
