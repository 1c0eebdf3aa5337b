import type { KeptRendition } from '../catalog/kept-title.ts';

/** What a play asks of a server at most: the best picture and the best sound. */
export function playBpsOf(renditions: readonly Pick<KeptRendition, 'kind' | 'averageBps'>[]): number {
  const most = { video: 0, audio: 0 };
  for (const { kind, averageBps } of renditions) most[kind] = Math.max(most[kind], averageBps);
  return most.video + most.audio;
}
