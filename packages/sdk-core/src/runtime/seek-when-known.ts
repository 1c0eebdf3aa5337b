import type { MediaEngine } from '../ports/media-engine.ts';
import type { RunningPlay } from './running-play.ts';

/** Of a long film once all segments are known; wishes of meanwhile one after the other. */
export function seekWhenKnown(
  engine: Pick<MediaEngine, 'seek'>,
  play: Pick<RunningPlay, 'closed' | 'presentation'> | undefined,
  positionMs: number,
): void {
  const go = (): void => {
    if (!play?.closed) engine.seek(positionMs);
  };
  const rest = play?.presentation.rest;
  if (rest) rest.then(go, () => {});
  else go();
}
