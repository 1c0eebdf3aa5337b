import type { AbrContext, RenditionChoice } from '../abr/abr-context.ts';
import { carefulBps, type NetworkHistory, readHistory, startFromHistory, withPlay } from '../abr/start-history.ts';
import type { Clock } from '../ports/clock.ts';
import type { NetworkInfo } from '../ports/network-info.ts';
import type { NetworkMemory } from '../ports/network-memory.ts';
import type { Storage } from '../ports/storage.ts';

const WRITE_EVERY_MS = 30_000;
/** Less than this was too short to tell a rate. */
const LEAST_BYTES = 500_000;

export interface NetworkMemoryPorts {
  readonly clock: Clock;
  readonly storage?: Storage | undefined;
  readonly networkInfo?: NetworkInfo | undefined;
}

/** What earlier plays on this network have seen, and what this one adds. A store that fails is a store that is empty. */
export class StoredNetworkMemory implements NetworkMemory {
  readonly #ports: NetworkMemoryPorts;
  readonly #key: string;
  readonly #before: NetworkHistory | undefined;
  #writtenAtMs: number;

  constructor(ports: NetworkMemoryPorts) {
    this.#ports = ports;
    this.#key = keyOf(ports.networkInfo);
    this.#writtenAtMs = ports.clock.nowMs();
    this.#before = this.#read();
  }

  /** Absent where nothing is known, or nothing that still counts. */
  carefulBps(): number | undefined {
    return carefulBps(this.#before, this.#ports.clock.wallMs());
  }

  firstChoice(context: AbrContext): RenditionChoice<string> | undefined {
    const bps = this.carefulBps();
    return bps === undefined ? undefined : startFromHistory(context, bps);
  }

  /** From time to time, so that a page that vanishes leaves something behind. */
  noteSometimes(rateBps: number | undefined, deliveredBytes: number): void {
    if (this.#ports.clock.nowMs() - this.#writtenAtMs >= WRITE_EVERY_MS) this.note(rateBps, deliveredBytes);
  }

  /** A play counts once, however often it is noted: what was there before it stays the ground. */
  note(rateBps: number | undefined, deliveredBytes: number): void {
    const { clock, storage, networkInfo } = this.#ports;
    if (rateBps === undefined || rateBps <= 0 || deliveredBytes < LEAST_BYTES) return;
    this.#writtenAtMs = clock.nowMs();
    // The network changed under way: its rate belongs to neither.
    if (keyOf(networkInfo) !== this.#key) return;
    try {
      storage?.set(this.#key, JSON.stringify(withPlay(this.#before, rateBps, clock.wallMs())));
    } catch {
      // Comfort is lost, nothing else.
    }
  }

  #read(): NetworkHistory | undefined {
    try {
      return readHistory(this.#ports.storage?.get(this.#key));
    } catch {
      return undefined;
    }
  }
}

function keyOf(networkInfo: NetworkInfo | undefined): string {
  return `network-${networkInfo?.current().kind ?? 'any'}`;
}
