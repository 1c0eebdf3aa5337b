import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { requestLogLines } from './access-log.ts';
import { LogTail } from './log-tail.ts';
import { ResponseLog, type ResponseLogPorts } from './response-log.ts';
import { ResponseNotes, type StartNote } from './response-notes.ts';

const LOG_BYTES = 32 * 1024 * 1024;

/** What nginx sends, in the appliance's request log: the notes of its workers, and its own lines of whom it refuses; read a few times a second. */
export class NginxLog {
  readonly #path: string;
  readonly #folder: string;
  readonly #ports: ResponseLogPorts;
  readonly #log: ResponseLog;
  readonly #tail: LogTail;
  #notes: ResponseNotes;

  constructor(folder: string, ports: ResponseLogPorts) {
    this.#folder = folder;
    this.#path = join(folder, 'access.log');
    this.#ports = ports;
    this.#log = new ResponseLog(ports);
    this.#tail = new LogTail(this.#path, (line) => this.#refused(line));
    this.#notes = new ResponseNotes(folder);
  }

  /** What an agent that was killed had not yet read, before nginx starts anew. A line may come twice, and none is lost. */
  recover(): void {
    this.#log.take(this.#notes.read());
    this.#log.cut();
    this.#notes.close();
    this.#notes = new ResponseNotes(this.#folder);
    rmSync(this.#path, { force: true });
  }

  /** `reopen` makes nginx begin a new file, where this one has become large. */
  async read(reopen: () => Promise<void>): Promise<void> {
    this.#log.take(this.#notes.read());
    if (this.#tail.read() > LOG_BYTES) await this.#tail.change(reopen);
  }

  /** What nginx sends at this moment, or did a moment ago. */
  running(): readonly StartNote[] {
    this.#log.take(this.#notes.read());
    return this.#log.running();
  }

  /** nginx died with all that ran. */
  cut(): void {
    this.#log.take(this.#notes.read());
    this.#log.cut();
  }

  close(): void {
    this.#log.take(this.#notes.read());
    this.#log.cut();
    this.#tail.close();
    this.#notes.close();
  }

  #refused(text: string): void {
    for (const line of requestLogLines(text, this.#ports.ocaId) ?? []) this.#ports.write(`${JSON.stringify(line)}\n`);
  }
}
