import type { FleetEvent } from '@pressplay/protocol/messages';

const KEPT = 100;

/** The latest events of the fleet, oldest first. */
export class EventList {
  #events: readonly FleetEvent[] = [];
  readonly #wallMs: () => number;

  constructor(wallMs: () => number = Date.now) {
    this.#wallMs = wallMs;
  }

  add(text: string, about: Pick<FleetEvent, 'ocaId' | 'regionId'> = {}): void {
    this.#events = [...this.#events.slice(1 - KEPT), { atMs: this.#wallMs(), text, ...about }];
  }

  latest(): FleetEvent[] {
    return [...this.#events];
  }
}
