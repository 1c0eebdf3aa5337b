import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { LogTail } from './log-tail.ts';
import { ResponseLog, type ResponseLogPorts } from './response-log.ts';
import { idOf, type StartNote, StartNotes } from './start-notes.ts';

const LOG_BYTES = 32 * 1024 * 1024;

/** What nginx sends, in the appliance's request log: its notes of beginnings and its lines of ends, read a few times a second. */
export class NginxLog {
  readonly #path: string;
  readonly #folder: string;
  readonly #ports: ResponseLogPorts;
  readonly #log: ResponseLog;
  readonly #tail: LogTail;
  #notes: StartNotes;
  #ends: string[] = [];

  constructor(folder: string, ports: ResponseLogPorts) {
    this.#folder = folder;
    this.#path = join(folder, 'access.log');
    this.#ports = ports;
    this.#log = new ResponseLog(ports);
    this.#tail = new LogTail(this.#path, (line) => void this.#ends.push(line));
    this.#notes = new StartNotes(folder);
  }

  /** What an agent that was killed had not yet read, before nginx starts anew. A line may come twice, and none is lost. */
  recover(): void {
    const notes = this.#notes.read();
    const ids = new Set(notes.map(idOf));
    const log = new ResponseLog(this.#ports);
    this.#tail.close();
    this.#tail.read();
    log.take(
      this.#ends.filter((line) => ids.has(idOf(line))),
      notes,
    );
    log.cut();
    this.#ends = [];
    this.#tail.close();
    this.#notes.close();
    this.#notes = new StartNotes(this.#folder);
    rmSync(this.#path, { force: true });
  }

  /** `reopen` makes nginx begin a new file, where this one has become large. */
  async read(reopen: () => Promise<void>): Promise<void> {
    if (this.#take() > LOG_BYTES) await this.#tail.change(reopen);
  }

  /** What nginx sends at this moment, or did a moment ago. */
  running(): readonly StartNote[] {
    this.#take();
    return this.#log.running();
  }

  /** nginx died with all that ran. */
  cut(): void {
    this.#take();
    this.#log.cut();
  }

  close(): void {
    this.#take();
    this.#take();
    this.#tail.close();
    this.#notes.close();
  }

  #take(): number {
    const bytes = this.#tail.read();
    const ends = this.#ends;
    this.#ends = [];
    this.#log.take(ends, this.#notes.read());
    return bytes;
  }
}
