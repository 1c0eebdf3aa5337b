import { decideRange } from '../../serving/byte-range.ts';
import type { RequestLogLine } from '../../serving/request-log.ts';
import { reasonOf, requestLogLines, sentRange } from './access-log.ts';
import type { StartNote } from './start-notes.ts';

export interface ResponseLogPorts {
  readonly ocaId: string;
  readonly sizeOf: (fileId: string) => number | undefined;
  readonly write: (line: RequestLogLine) => void;
}

/**
 * Makes the request log of what nginx sends, out of its notes of beginnings and its lines of ends. A response that ends soon has both lines at
 * once; one that is still running at the second look has its first line then, and a crash takes no more than its second one.
 */
export class ResponseLog {
  readonly #ports: ResponseLogPorts;
  #fresh = new Map<string, StartNote>();
  #running = new Map<string, StartNote>();

  constructor(ports: ResponseLogPorts) {
    this.#ports = ports;
  }

  /** Ends first: whatever has ended has begun before. */
  take(ends: readonly string[], notes: readonly StartNote[]): void {
    const noted = new Map(notes.map((note) => [note.id, note]));
    for (const line of ends) this.#ended(line, noted);
    this.#begin();
    this.#fresh = noted;
  }

  /** Whatever ran is gone. */
  cut(): void {
    this.#begin();
    this.#fresh = new Map();
    this.#running = new Map();
  }

  #begin(): void {
    for (const note of this.#fresh.values()) {
      this.#ports.write(this.#startOf(note));
      this.#running.set(note.id, note);
    }
  }

  #ended(text: string, noted: Map<string, StartNote>): void {
    const { write, ocaId } = this.#ports;
    if (text.startsWith('{')) {
      for (const line of requestLogLines(text, ocaId) ?? []) write(line);
      return;
    }
    const [id = '', ...fields] = text.split('\t');
    const isLogged = this.#running.has(id);
    const note = this.#running.get(id) ?? this.#fresh.get(id) ?? noted.get(id);
    for (const each of [this.#running, this.#fresh, noted]) each.delete(id);
    // Without fields it was handed to Node, which logs it itself.
    if (!note || fields.length === 0) return;
    const end = this.#endOf(note, fields);
    if (!isLogged) write(startLike(end, note.atMs));
    write(end);
  }

  #startOf(note: StartNote): RequestLogLine {
    const sizeBytes = this.#ports.sizeOf(note.fileId);
    const range = sizeBytes === undefined ? undefined : decideRange(note.range || undefined, sizeBytes);
    const bytes = range?.kind === 'part' ? ([range.startByte, range.endByte] as const) : ([0, sizeBytes ?? 0] as const);
    const status = range?.kind === 'part' ? 206 : 200;
    const isSent = note.method === 'GET' && sizeBytes !== undefined;
    return {
      phase: 'start',
      ...this.#about(note),
      ...(isSent && { range: bytes }),
      status,
      reason: reasonOf(status),
      atMs: note.atMs,
    };
  }

  #endOf(note: StartNote, fields: readonly string[]): RequestLogLine {
    // nginx writes a dash for what there is not.
    const [endedAtS, status, bytes, whole, range = '', length = ''] = fields.map((field) =>
      field === '-' ? '' : field,
    );
    const sent = sentRange({ status: status ?? '', method: note.method, range, length });
    const bytesSent = Number(bytes);
    return {
      phase: 'end',
      ...this.#about(note),
      ...(sent && { range: sent }),
      status: Number(status),
      reason: reasonOf(Number(status)),
      atMs: Math.round(Number(endedAtS) * 1000),
      bytesSent,
      bytesFlushed: bytesSent,
      outcome: whole === 'OK' ? 'complete' : 'client-closed',
    };
  }

  #about({ id, method, clientAddress, playId, fileId }: StartNote) {
    const { ocaId } = this.#ports;
    return { ocaId, requestId: id, method: method.slice(0, 20), clientAddress, ...(playId && { playId }), fileId };
  }
}

/** Field by field: with a hundred thousand lines a second all else is dearer. */
function startLike(end: RequestLogLine, atMs: number): RequestLogLine {
  const { ocaId, requestId, method, clientAddress, playId, fileId, range, status, reason } = end;
  const about = { phase: 'start' as const, ocaId, requestId, method, clientAddress, status, reason, atMs };
  return { ...about, ...(playId && { playId }), ...(fileId && { fileId }), ...(range && { range }) };
}
