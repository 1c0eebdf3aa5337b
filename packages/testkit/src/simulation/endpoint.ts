import type { SharedLink } from './fair-share.ts';
import type { AnswerRequest } from './served-answer.ts';

/**
 * - `up`: everything passes.
 * - `refuse`: new connections are refused; those that exist go on.
 * - `reset`: running transfers break at once; new connections are accepted and reset.
 * - `hang`: nothing passes in either direction and nobody is told; all goes on when the link is up again.
 */
export type LinkState = 'up' | 'refuse' | 'reset' | 'hang';

/** How one machine hangs on the network. */
export interface Link {
  /** Each direction has this rate; the running transfers share it fairly. */
  readonly rateBps: number;
  /** One way. The round trip between two machines is twice the sum of both latencies. */
  readonly latencyMs: number;
  readonly state: LinkState;
}

/** One machine: a viewer, an OCA, a region. */
export class Endpoint {
  readonly name: string;
  /** The address others see. */
  readonly address: string;
  /** What this machine sends and what it receives: full duplex. */
  readonly outbound: SharedLink;
  readonly inbound: SharedLink;
  /** What this machine shares with neighbours on its way to the network: the same in both directions. */
  readonly bottlenecks: SharedLink[] = [];
  /** Absent while no process runs here: connections are refused then. */
  serve: AnswerRequest | undefined;
  /** Idle kept-alive connections, by origin. */
  readonly idleConnections = new Map<string, number>();
  #link: Link;
  readonly #waiting = new Set<() => void>();

  constructor(name: string, address: string, link: Link) {
    this.name = name;
    this.address = address;
    this.#link = link;
    this.outbound = this.#direction();
    this.inbound = this.#direction();
  }

  get link(): Link {
    return this.#link;
  }

  change(link: Partial<Link>): void {
    this.#link = { ...this.#link, ...link };
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of waiting) resume();
  }

  /** Resolves when packets pass, at once where they do. */
  async passing(): Promise<void> {
    while (this.#link.state === 'hang') await new Promise<void>((resume) => void this.#waiting.add(resume));
  }

  #direction(): SharedLink {
    const rateBps = (): number => (this.#link.state === 'hang' ? 0 : this.#link.rateBps);
    return {
      get rateBps(): number {
        return rateBps();
      },
    };
  }

  takeIdleConnection(origin: string): boolean {
    const count = this.idleConnections.get(origin) ?? 0;
    if (count > 0) this.idleConnections.set(origin, count - 1);
    return count > 0;
  }

  keepConnection(origin: string): void {
    this.idleConnections.set(origin, (this.idleConnections.get(origin) ?? 0) + 1);
  }
}

export function oneWayMs(a: Endpoint, b: Endpoint): number {
  return a.link.latencyMs + b.link.latencyMs;
}
