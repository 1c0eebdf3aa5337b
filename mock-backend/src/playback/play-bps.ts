import type { CatalogTitle } from '@pressplay/protocol/messages';

/** What a play asks of a server at most: the best picture and the best sound. */
export function playBpsOf(
  renditions: readonly Pick<CatalogTitle['renditions'][number], 'kind' | 'averageBps'>[],
): number {
  const most = { video: 0, audio: 0 };
  for (const { kind, averageBps } of renditions) most[kind] = Math.max(most[kind], averageBps);
  return most.video + most.audio;
}
