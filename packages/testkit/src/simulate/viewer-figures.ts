import { type ByteAccounts, isPlayerError } from '@pressplay/sdk-core';
import type { World } from '../simulation/world.ts';
import type { FailureVerdict } from './judge-failure.ts';
import type { Viewer } from './viewer.ts';

/** What one viewer got. */
export interface ViewerFigures {
  readonly outcome: 'ended' | 'failed' | 'unfinished';
  /** Of a play that failed. */
  readonly errorCode?: string;
  /** Why a play that failed had to, or `avoidable`. */
  readonly failureCause?: string;
  readonly startupMs?: number;
  readonly rebufferMs: number;
  /** Of it: what nobody could have spared the viewer. */
  readonly unavoidableRebufferMs: number;
  /** Of it: while a server worked that he reached. */
  readonly servedRebufferMs: number;
  readonly rebufferCount: number;
  readonly playedMs: number;
  /** Of the video delivered. */
  readonly videoBytes: number;
  readonly videoMs: number;
  /** Changes of the preferred server, and ranges that went on elsewhere. */
  readonly moves: number;
  readonly handOvers: number;
  readonly switches: number;
  readonly bytes: ByteAccounts;
}

export interface Judgement {
  readonly verdict: FailureVerdict | undefined;
  readonly unavoidableRebufferMs: number;
  readonly servedRebufferMs: number;
}

export function figuresOf(world: World, viewer: Viewer, { verdict, ...rebuffering }: Judgement): ViewerFigures {
  const { player, errors } = viewer;
  const { state, startupMs, rebufferMs, rebufferCount, positionMs, bytes } = player.stats();
  const error = errors.at(-1);
  const video = world
    .witnessed(player)
    .filter(({ outcome, renditionId }) => outcome === 'complete' && renditionId.startsWith('v'));
  const name = world.nameOf(player);
  const count = (event: string, isCounted: (detail: { from?: string }) => boolean = () => true): number =>
    world.events.filter(
      (one) => one.source === name && one.name === event && isCounted(one.detail as { from?: string }),
    ).length;
  const segments = player.presentation?.video[0]?.segments ?? [];
  return {
    outcome: state === 'ended' || state === 'failed' ? state : 'unfinished',
    ...(state === 'failed' && { errorCode: isPlayerError(error) ? error.code : 'untyped' }),
    ...(verdict && { failureCause: verdict.kind === 'unavoidable' ? verdict.cause : verdict.kind }),
    ...(startupMs !== undefined && { startupMs }),
    rebufferMs,
    ...rebuffering,
    rebufferCount,
    playedMs: positionMs,
    videoBytes: video.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0),
    videoMs: video.reduce((sum, { segmentNumber }) => sum + (segments[segmentNumber]?.durationMs ?? 0), 0),
    moves: count('server-changed', ({ from }) => from !== undefined),
    handOvers: count('hand-over'),
    switches: count('rendition-selected', ({ from }) => from !== undefined),
    bytes,
  };
}
