import type { Clock } from '@pressplay/sdk-core';

export interface WorldEvent {
  readonly atMs: number;
  /** A player, an OCA, a region, or `world` for what the test itself did. */
  readonly source: string;
  readonly name: string;
  /** Plain data: two runs of one seed can be compared as text. */
  readonly detail: unknown;
}

/** Everything that happened in a world, in order. */
export class EventLog {
  readonly events: WorldEvent[] = [];
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(source: string, name: string, detail: unknown): void {
    this.events.push({ atMs: this.#clock.nowMs(), source, name, detail: plain(detail) });
  }

  /** The latest events, a line each, for messages of failed tests. */
  tail(count = 25): string {
    return this.events.slice(-count).map(lineOf).join('\n');
  }
}

const MAX_LINE_CHARS = 240;

function lineOf({ atMs, source, name, detail }: WorldEvent): string {
  return `${atMs.toFixed(1).padStart(10)} ms  ${source}  ${name}  ${JSON.stringify(detail)}`.slice(0, MAX_LINE_CHARS);
}

/** Without what is big or has no plain form: segment tables, bytes, error objects. */
function plain(detail: unknown): unknown {
  if (isFlat(detail)) return { ...detail };
  return JSON.parse(JSON.stringify(detail ?? null, plainValue));
}

/** Most payloads hold nothing but texts and numbers: a copy will do. */
function isFlat(detail: unknown): detail is object {
  if (typeof detail !== 'object' || detail === null || Object.getPrototypeOf(detail) !== Object.prototype) return false;
  for (const value of Object.values(detail))
    if (typeof value !== 'string' && typeof value !== 'boolean' && !Number.isFinite(value)) return false;
  return true;
}

function plainValue(_key: string, value: unknown): unknown {
  if (value instanceof Error)
    return 'code' in value ? { code: value.code, message: value.message } : { message: value.message };
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'object' && value !== null && 'renditionId' in value && 'segments' in value)
    return value.renditionId;
  return value;
}
