import { rateBelow } from './predict-delivery.ts';
import type { RankedServer } from './rank-servers.ts';
import { probabilityFaster } from './rate-belief.ts';
import { type RateModel, spreadBetween } from './rate-model.ts';

export interface ExplorationInput {
  readonly preferred: RankedServer;
  /** Best first, the preferred one among them. */
  readonly ranked: readonly RankedServer[];
  /** Of this moment. */
  readonly rates: RateModel;
  readonly bytes: number;
  readonly neededInMs: number;
  readonly nowMs: number;
  /** When a range was last sent exploring; undefined where never. */
  readonly exploredAtMs?: number | undefined;
  /** How often that was in vain since the preferred server is preferred. */
  readonly explored?: number;
  /** The server that was left for the preferred one. */
  readonly leftId?: string | undefined;
}

/** Below this much buffer every range goes to the server that is known. */
const MIN_BUFFER_MS = 8000;
/** How much faster another server must be to be of interest, and how probably. */
const GAIN = 1.1;
const MIN_PROBABILITY = 0.25;
/** The least time between two explorations; each one in vain lets it grow by this factor, so often at most. */
const GAP_MS = 15_000;
const GAP_GROWTH = 1.4;
const MAX_GROWTHS = 5;
/** Where the other server is rather better than not. */
const EAGER_GAP_MS = 3000;
const EAGER_PROBABILITY = 0.5;
/** So often the server that was left is looked back at, though it is less probably better by so much: luck looks like a better server. */
const LOOKS_BACK = 3;
const LOOK_BACK_BONUS = 0.3;
/** A piece is expected to take about this long. */
const PIECE_MS = 400;
const MIN_BYTES = 64 * 1024;
const MAX_BYTES = 256 * 1024;
/** Even this many deviations below its mean, the piece must be there in half of the time left. */
const PESSIMISM = 2;

export interface Exploration {
  readonly ocaId: string;
  /** The first so many bytes of the range. */
  readonly bytes: number;
}

/**
 * Sends the first piece of a wanted range to the server that might most probably be better: measuring it wastes nothing.
 * What is not known grows with time, sooner for those that were close: so a close race is looked at often, a clear
 * winner rarely.
 */
export function planExploration(input: ExplorationInput): Exploration | undefined {
  const { preferred, ranked, bytes, neededInMs, nowMs, exploredAtMs, explored = 0 } = input;
  const quietMs = nowMs - (exploredAtMs ?? Number.NEGATIVE_INFINITY);
  if (neededInMs < MIN_BUFFER_MS || quietMs < EAGER_GAP_MS) return undefined;
  if (bytes < MIN_BYTES) return undefined;
  const growth = GAP_GROWTH ** Math.min(MAX_GROWTHS, explored);
  let best: RankedServer | undefined;
  let bestProbability = MIN_PROBABILITY;
  for (const server of ranked) {
    if (server.ocaId === preferred.ocaId || server.excluded || server.inDuress) continue;
    const pieceBytes = pieceFor(server, input);
    const pessimisticMs = server.latencyMs + (pieceBytes * 8000) / rateBelow(server.belief, PESSIMISM);
    if (pessimisticMs > neededInMs / 2) continue;
    const spread = spreadBetween(input.rates, server.ocaId, preferred.ocaId);
    const bonus = server.ocaId === input.leftId && explored < LOOKS_BACK ? LOOK_BACK_BONUS : 0;
    const probability = probabilityFaster(server.belief, preferred.belief, GAIN, spread) + bonus;
    const gapMs = (probability >= EAGER_PROBABILITY ? EAGER_GAP_MS : GAP_MS) * growth;
    if (probability <= bestProbability || quietMs < gapMs) continue;
    best = server;
    bestProbability = probability;
  }
  return best && { ocaId: best.ocaId, bytes: pieceFor(best, input) };
}

/** No more than the slower of both would bring in a moment. */
function pieceFor({ belief }: RankedServer, { preferred, bytes }: ExplorationInput): number {
  const bps = Math.min(rateBelow(belief, 0), rateBelow(preferred.belief, 0));
  const wantedBytes = Math.floor((bps * PIECE_MS) / 8000);
  return Math.min(bytes, MAX_BYTES, Math.max(MIN_BYTES, wantedBytes));
}
