import { decideRange } from '../../serving/byte-range.ts';
import { reasonOf } from './access-log.ts';
import type { EndNote, Notes, StartNote } from './response-notes.ts';

export interface ResponseLogPorts {
  readonly ocaId: string;
  readonly sizeOf: (fileId: string) => number | undefined;
  /** JSON lines of the request log, each with its line end. */
  readonly write: (text: string) => void;
}

/**
 * Makes the request log of what nginx sends, out of the notes of its workers. A response that ends soon has both lines at once; one
 * that is still running at the second look has its first line then, and a crash takes no more than its second one.
 * Texts are put together by hand: with objects the agent would cost half as much as what it logs.
 */
export class ResponseLog {
  readonly #ports: ResponseLogPorts;
  #fresh = new Map<string, StartNote>();
  #running = new Map<string, StartNote>();

  constructor(ports: ResponseLogPorts) {
    this.#ports = ports;
  }

  take({ starts, ends }: Notes): void {
    const noted = new Map<string, StartNote>();
    for (const note of starts) noted.set(note.id, note);
    for (const end of ends) this.#ended(end, noted);
    this.#begin();
    this.#fresh = noted;
  }

  /** What has begun and not ended, as far as was looked. */
  running(): readonly StartNote[] {
    return [...this.#fresh.values(), ...this.#running.values()];
  }

  /** Whatever ran is gone. */
  cut(): void {
    this.#begin();
    this.#fresh = new Map();
    this.#running = new Map();
  }

  #begin(): void {
    for (const [id, note] of this.#fresh) {
      // As far as it is known while it runs: what it asked for is what it gets.
      const part = this.#bytesOf(note, 206);
      const about = this.#about(note, part ?? this.#bytesOf(note, 200), part ? 206 : 200);
      this.#ports.write(`{"phase":"start",${about},"atMs":${note.atMs}}\n`);
      this.#running.set(id, note);
    }
  }

  #ended({ id, atMs, status, bodyBytes }: EndNote, noted: Map<string, StartNote>): void {
    const known = [noted, this.#fresh, this.#running].find((each) => each.has(id));
    const note = known?.get(id);
    if (known === undefined || note === undefined) return;
    known.delete(id);
    const bytes = this.#bytesOf(note, status);
    const about = this.#about(note, bytes, status);
    const start = known === this.#running ? '' : `{"phase":"start",${about},"atMs":${note.atMs}}\n`;
    const outcome = bytes && bodyBytes < bytes.end - bytes.start ? 'client-closed' : 'complete';
    const sent = `"bytesSent":${bodyBytes},"bytesFlushed":${bodyBytes},"outcome":"${outcome}"`;
    this.#ports.write(`${start}{"phase":"end",${about},"atMs":${atMs},${sent}}\n`);
  }

  /** Which bytes of its file an answer with this status has; undefined where it has none. */
  #bytesOf({ method, fileId, range }: StartNote, status: number): FileBytes | undefined {
    const sizeBytes = method === 'GET' ? this.#ports.sizeOf(fileId) : undefined;
    if (sizeBytes === undefined) return undefined;
    if (status === 200) return { start: 0, end: sizeBytes };
    const part = status === 206 ? decideRange(range || undefined, sizeBytes) : undefined;
    return part?.kind === 'part' ? { start: part.startByte, end: part.endByte } : undefined;
  }

  #about(note: StartNote, bytes: FileBytes | undefined, status: number): string {
    const { id, method, clientAddress, playId, fileId } = note;
    const play = playId === '' ? '' : `"playId":"${playId}",`;
    const range = bytes ? `"range":[${bytes.start},${bytes.end}],` : '';
    return `"ocaId":"${this.#ports.ocaId}","requestId":"${id}","method":"${method}","clientAddress":"${clientAddress}",${play}"fileId":"${fileId}",${range}"status":${status},"reason":"${reasonOf(status)}"`;
  }
}

interface FileBytes {
  readonly start: number;
  readonly end: number;
}
