import type { Fault } from '@pressplay/protocol/messages';
import type { Link } from './endpoint.ts';
import type { World } from './world.ts';

/** A time during which something held, up to the end of what is known. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

interface OcaTruth {
  readonly isUp: boolean;
  readonly isDraining: boolean;
  readonly faults: readonly Fault[];
  readonly skewMs: number;
}

interface Change {
  readonly atMs: number;
  readonly ocaId: string;
  readonly apply: (before: OcaTruth) => OcaTruth;
}

const WELL: OcaTruth = { isUp: true, isDraining: false, faults: [], skewMs: 0 };
/** Below this a server is no help to anybody. */
const USEFUL_RATE_BPS = 1_000_000;
const USEFUL_LATENCY_MS = 1000;

/**
 * What was so in a world, from its own records of what was done to it, whatever the machines in it believed. A server
 * is good while it runs, is reached, answers at once, sends the right bytes fast enough and takes tokens for what they are.
 */
export class WorldTruth {
  readonly #world: World;
  readonly #changes: readonly Change[];
  readonly #crowded: ReadonlySet<string>;

  /** `crowded`: OCAs that turn viewers away because they take too few at once. */
  constructor(world: World, crowded: ReadonlySet<string> = new Set()) {
    this.#world = world;
    this.#crowded = crowded;
    this.#changes = world.events.flatMap(({ atMs, source, name, detail }) => {
      const change = source === 'world' ? changeOf(name, detail as Detail) : undefined;
      return change ? [{ atMs, ...change }] : [];
    });
  }

  /** Was this OCA good all the time? */
  isGood(ocaId: string, { fromMs, toMs }: Span): boolean {
    if (this.#crowded.has(ocaId)) return false;
    const links = this.linksOf(ocaId, { fromMs, toMs });
    if (!links.every(({ state, rateBps }) => state === 'up' && rateBps >= USEFUL_RATE_BPS)) return false;
    let truth = WELL;
    const states: OcaTruth[] = [];
    for (const { atMs, ocaId: changed, apply } of this.#changes) {
      if (changed !== ocaId || atMs > toMs) continue;
      if (atMs > fromMs) states.push(truth);
      truth = apply(truth);
    }
    return [...states, truth].every(isWell);
  }

  /** What this OCA would have sent at most, to somebody who asked it then: 0 where nothing useful would have come. */
  rateBpsOf(ocaId: string, atMs: number): number {
    if (this.#crowded.has(ocaId)) return 0;
    const [link] = this.linksOf(ocaId, { fromMs: atMs, toMs: atMs });
    const { isUp, isDraining, faults, skewMs } = this.#changes
      .filter((change) => change.ocaId === ocaId && change.atMs <= atMs)
      .reduce((truth, { apply }) => apply(truth), WELL);
    const harmful = faults.filter((fault) => fault.kind !== 'latency' && fault.kind !== 'rate');
    if (!isUp || isDraining || skewMs > 0 || harmful.length > 0 || link?.state !== 'up') return 0;
    const limits = faults.flatMap((fault) => (fault.kind === 'rate' ? [fault.rateBps] : []));
    return Math.min(link.rateBps, ...limits);
  }

  /** Did this region run and answer all the time? */
  isRegionUp(regionId: string, span: Span): boolean {
    let isUp = true;
    let wasDown = false;
    for (const { atMs, name, detail } of this.#world.events) {
      if ((detail as Detail | null)?.regionId !== regionId || atMs > span.toMs) continue;
      if (name !== 'kill-region' && name !== 'restart-region') continue;
      if (atMs > span.fromMs && !isUp) wasDown = true;
      isUp = name === 'restart-region';
    }
    return isUp && !wasDown && this.linksOf(regionId, span).every(({ state }) => state === 'up');
  }

  /** How a machine's link was during that time, each state it had. */
  linksOf(name: string, { fromMs, toMs }: Span): readonly Link[] {
    const changes = this.#world.network.linkChanges().filter((change) => change.name === name && change.atMs <= toMs);
    const before = changes.filter(({ atMs }) => atMs <= fromMs).length;
    return changes.slice(Math.max(0, before - 1)).map(({ link }) => link);
  }
}

interface Detail {
  readonly ocaId?: string;
  readonly regionId?: string;
  readonly faults?: readonly Fault[];
  readonly skewMs?: number;
}

function changeOf(name: string, { ocaId = '', faults = [], skewMs = 0 }: Detail): Omit<Change, 'atMs'> | undefined {
  switch (name) {
    case 'kill-oca':
      return { ocaId, apply: (before) => ({ ...before, isUp: false }) };
    case 'restart-oca':
      // A new process: faults and draining are forgotten, the machine's clock is not.
      return { ocaId, apply: ({ skewMs: kept }) => ({ ...WELL, skewMs: kept }) };
    case 'drain-oca':
      return { ocaId, apply: (before) => ({ ...before, isDraining: true }) };
    case 'set-faults':
      return { ocaId, apply: (before) => ({ ...before, faults }) };
    case 'skew-wall-clock':
      return { ocaId, apply: (before) => ({ ...before, skewMs }) };
    default:
      return undefined;
  }
}

function isWell({ isUp, isDraining, faults, skewMs }: OcaTruth): boolean {
  // A clock that runs behind lets tokens live longer, which harms no viewer.
  return isUp && !isDraining && skewMs <= 0 && faults.every(isHarmless);
}

function isHarmless(fault: Fault): boolean {
  if (fault.kind === 'latency') return fault.delayMs <= USEFUL_LATENCY_MS;
  return fault.kind === 'rate' && fault.rateBps >= USEFUL_RATE_BPS;
}
