import type { PlayerEvents } from '../player-events.ts';
import type { QoeEvent } from './qoe-state.ts';

type Told = { readonly [K in keyof PlayerEvents]: readonly [name: K, payload: PlayerEvents[K]] }[keyof PlayerEvents];

/** What an event of the player means to the accounts; undefined where it means nothing. */
export function qoeEventOf(...[name, payload]: Told): QoeEvent | undefined {
  switch (name) {
    case 'rendition-shown':
      return { type: 'shown', quality: payload.rendition };
    case 'server-changed':
      // The first choice is no move.
      return payload.reason === 'start' ? undefined : { type: 'moved', reason: payload.reason };
    case 'hand-over':
      return { type: 'handed-over', reason: payload.reason };
    case 'error':
      return { type: 'error', code: payload.error.code };
    default:
      return undefined;
  }
}
