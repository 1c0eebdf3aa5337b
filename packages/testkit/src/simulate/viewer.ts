import type { Player } from '@pressplay/sdk-core';
import type { ViewerScene } from './scene.ts';

/** A viewer in a running session, and what was seen of his play. */
export interface Viewer {
  readonly scene: ViewerScene;
  readonly player: Player;
  /** What ended the play early. */
  readonly errors: unknown[];
  lowestBufferMs: number;
  mostServers: number;
  loadedAtMs: number;
  failedAtMs?: number;
}
