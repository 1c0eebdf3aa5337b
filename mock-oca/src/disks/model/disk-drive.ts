import type { Clock } from '../../deps.ts';
import type { HardDisk } from './hard-disk.ts';

interface Command {
  readonly startByte: number;
  readonly bytes: number;
  readonly sinceMs: number;
  readonly done: () => void;
}

/** What a drive takes at once to order by itself (NCQ). */
const QUEUE_DEPTH = 32;
/** So long may a command be passed over. */
const LONGEST_WAIT_MS = 1500;
/** What the kernel makes of one larger read. */
const COMMAND_BYTES = 1024 * 1024;

/** A disk model with the drive's own queue, in the time of a clock: for virtual time. */
export class DiskDrive {
  readonly #disk: HardDisk;
  readonly #clock: Pick<Clock, 'nowMs' | 'schedule'>;
  readonly #commands: Command[] = [];
  #busy = false;
  /** Counted by the drive itself, whatever was done with them. */
  readBytes = 0;

  constructor(disk: HardDisk, clock: Pick<Clock, 'nowMs' | 'schedule'>) {
    this.#disk = disk;
    this.#clock = clock;
  }

  /** Resolves when all of it was read. */
  async read(startByte: number, bytes: number): Promise<void> {
    const parts: Promise<void>[] = [];
    for (let at = 0; at < bytes; at += COMMAND_BYTES) {
      parts.push(this.#submit(startByte + at, Math.min(COMMAND_BYTES, bytes - at)));
    }
    await Promise.all(parts);
  }

  #submit(startByte: number, bytes: number): Promise<void> {
    return new Promise((resolve) => {
      this.#commands.push({ startByte, bytes, sinceMs: this.#clock.nowMs(), done: resolve });
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#busy || this.#commands.length === 0) return;
    const nowMs = this.#clock.nowMs();
    const [command] = this.#commands.splice(this.#cheapest(nowMs), 1);
    if (!command) return;
    this.#busy = true;
    const endMs = this.#disk.read(command.startByte, command.bytes, nowMs);
    this.#clock.schedule(endMs - nowMs, () => {
      this.#busy = false;
      this.readBytes += command.bytes;
      command.done();
      this.#pump();
    });
  }

  #cheapest(nowMs: number): number {
    if (nowMs - (this.#commands[0]?.sinceMs ?? nowMs) >= LONGEST_WAIT_MS) return 0;
    const costs = this.#commands
      .slice(0, QUEUE_DEPTH)
      .map(({ startByte, bytes }) => this.#disk.priority(startByte, bytes, nowMs));
    return costs.indexOf(Math.min(...costs));
  }
}
