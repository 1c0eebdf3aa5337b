import type { Player, PlayerEvents } from '@pressplay/sdk-node';
import type { MiddleOfSegment } from './streaming-oca.ts';

/** What was seen while an OCA was killed. */
export interface FirstPlay {
  readonly titleName: string;
  readonly region: string;
  readonly killed: MiddleOfSegment;
  readonly handOvers: readonly PlayerEvents['hand-over'][];
  readonly stats: ReturnType<Player['stats']>;
  readonly ledger: ReturnType<Player['ledger']>;
  readonly presentation: Player['presentation'];
  readonly positionAtKillMs: number;
}

/** What was seen after a region was killed. */
export interface SecondPlay {
  readonly failovers: readonly PlayerEvents['region-failover'][];
  readonly region: string | undefined;
  readonly playedMs: number;
  readonly ocaId: string | undefined;
}

export interface CheckResult extends FirstPlay {
  readonly titleId: string;
  readonly second: SecondPlay;
}
