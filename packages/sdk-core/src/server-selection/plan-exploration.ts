import { rateBelow } from './predict-delivery.ts';
import type { RankedServer } from './rank-servers.ts';
import { probabilityFaster } from './rate-belief.ts';

export interface ExplorationInput {
  readonly preferred: RankedServer;
  /** Best first, the preferred one among them. */
  readonly ranked: readonly RankedServer[];
  readonly bytes: number;
  readonly neededInMs: number;
  readonly nowMs: number;
  /** When a range was last sent exploring; undefined where never. */
  readonly exploredAtMs?: number | undefined;
  /** How often that was in vain since the preferred server is preferred. */
  readonly explored?: number;
}

export interface ExplorationConfig {
  /** Below this much buffer every range goes to the server that is known. */
  readonly minBufferMs: number;
  /** How much faster another server must be to be of interest, and how probably. */
  readonly gain: number;
  readonly minProbability: number;
  /** The least time between two explorations; each one in vain lets it grow by this factor, so often at most. */
  readonly gapMs: number;
  readonly gapGrowth: number;
  readonly maxGrowths: number;
  /** Where the other server is rather better than not. */
  readonly eagerGapMs: number;
  readonly eagerProbability: number;
  /** A piece is expected to take about this long. */
  readonly pieceMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  /** Even this many deviations below its mean, the piece must be there in half of the time left. */
  readonly pessimism: number;
}

export const EXPLORATION_DEFAULTS: ExplorationConfig = {
  minBufferMs: 8000,
  gain: 1.1,
  minProbability: 0.25,
  gapMs: 15_000,
  gapGrowth: 1.4,
  maxGrowths: 5,
  eagerGapMs: 3000,
  eagerProbability: 0.5,
  pieceMs: 400,
  minBytes: 64 * 1024,
  maxBytes: 256 * 1024,
  pessimism: 2,
};

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
export function planExploration(
  input: ExplorationInput,
  config: ExplorationConfig = EXPLORATION_DEFAULTS,
): Exploration | undefined {
  const { preferred, ranked, bytes, neededInMs, nowMs, exploredAtMs } = input;
  const quietMs = nowMs - (exploredAtMs ?? Number.NEGATIVE_INFINITY);
  if (neededInMs < config.minBufferMs || quietMs < config.eagerGapMs) return undefined;
  if (bytes < config.minBytes) return undefined;
  const growth = config.gapGrowth ** Math.min(config.maxGrowths, input.explored ?? 0);
  let best: RankedServer | undefined;
  let bestProbability = config.minProbability;
  for (const server of ranked) {
    if (server.ocaId === preferred.ocaId || server.excluded || server.inDuress) continue;
    const pieceBytes = pieceFor(server, input, config);
    const pessimisticMs = server.latencyMs + (pieceBytes * 8000) / rateBelow(server.belief, config.pessimism);
    if (pessimisticMs > neededInMs / 2) continue;
    const probability = probabilityFaster(server.belief, preferred.belief, config.gain);
    const gapMs = (probability >= config.eagerProbability ? config.eagerGapMs : config.gapMs) * growth;
    if (probability <= bestProbability || quietMs < gapMs) continue;
    best = server;
    bestProbability = probability;
  }
  return best && { ocaId: best.ocaId, bytes: pieceFor(best, input, config) };
}

/** No more than the slower of both would bring in a moment. */
function pieceFor({ belief }: RankedServer, { preferred, bytes }: ExplorationInput, config: ExplorationConfig): number {
  const bps = Math.min(rateBelow(belief, 0), rateBelow(preferred.belief, 0));
  const wantedBytes = Math.floor((bps * config.pieceMs) / 8000);
  return Math.min(bytes, config.maxBytes, Math.max(config.minBytes, wantedBytes));
}
