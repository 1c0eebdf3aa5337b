import type { World } from '../simulation/world.ts';

/** Counts what happened in a session: troubles that were made, and what they led to. */
export class Happenings {
  readonly #counts = new Map<string, number>();

  add(name: string, count = 1): void {
    if (count > 0) this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  /** What the servers and the wire know. */
  countFrom(world: World): void {
    const overloads = world.fleet.ocas.flatMap(({ ocaId }) =>
      world.requestLog(ocaId).filter(({ phase, reason }) => phase === 'start' && reason === 'oca/overloaded'),
    );
    const expired = world.fleet.ocas.flatMap(({ ocaId }) =>
      world.requestLog(ocaId).filter(({ phase, reason }) => phase === 'start' && reason === 'token/expired'),
    );
    const renewals = world.network.records().filter(({ path, status }) => path.endsWith('/renew') && status === 200);
    this.add('answer-overloaded', overloads.length);
    this.add('answer-token-expired', expired.length);
    this.add('renewal', renewals.length);
    for (const { name, detail } of world.events) {
      if (name === 'region-failover') this.add(name);
      if (name === 'server-changed' && (detail as { reason?: string }).reason === 'steering') this.add('steering-move');
    }
  }

  /** By name, in alphabetical order. */
  counts(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
