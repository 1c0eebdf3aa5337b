import { decideRange } from '../../serving/byte-range.ts';
import { reasonOf } from './access-log.ts';
import { LineBuffer } from './line-buffer.ts';
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
 * Lines are put together by hand: with objects the agent would cost half as much as what it logs.
 */
export class ResponseLog {
  readonly #ports: ResponseLogPorts;
  readonly #lines = new LineBuffer();
  readonly #head: string;
  #fresh = new Map<string, StartNote>();
  #running = new Map<string, StartNote>();

  constructor(ports: ResponseLogPorts) {
    this.#ports = ports;
    this.#head = `"ocaId":"${ports.ocaId}","requestId":"`;
  }

  take({ starts, ends }: Notes): void {
    for (const end of ends) this.#ended(end);
    this.#begin();
    this.#fresh = new Map(starts.map((note) => [note.id, note]));
    this.#write();
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
    this.#write();
  }

  #write(): void {
    if (this.#lines.length > 0) this.#ports.write(this.#lines.take());
  }

  #begin(): void {
    for (const [id, note] of this.#fresh) {
      // As far as it is known while it runs: what it asked for is what it gets.
      const part = this.#bytesOf(note, 206);
      this.#lines.text('{"phase":"start",');
      this.#about(note, part ?? this.#bytesOf(note, 200), part ? 206 : 200);
      this.#startsAt(note);
      this.#running.set(id, note);
    }
  }

  #ended({ id, start, atMs, status, bodyBytes }: EndNote): void {
    const note = start ?? this.#fresh.get(id) ?? this.#running.get(id);
    if (!note) return;
    const lines = this.#lines;
    const bytes = this.#bytesOf(note, status);
    const wasTold = this.#running.delete(id);
    lines.text(wasTold ? '{"phase":"end",' : '{"phase":"start",');
    const from = lines.length;
    this.#about(note, bytes, status);
    if (!wasTold) {
      const to = lines.length;
      this.#startsAt(note);
      lines.text('{"phase":"end",');
      lines.again(from, to);
      this.#fresh.delete(id);
    }
    lines.text(',"atMs":');
    lines.number(atMs);
    lines.text(',"bytesSent":');
    lines.number(bodyBytes);
    lines.text(',"bytesFlushed":');
    lines.number(bodyBytes);
    // 499: its client had gone before anything was sent.
    const isCut = status === 499 || (bytes && bodyBytes < bytes.end - bytes.start);
    lines.text(isCut ? ',"outcome":"client-closed"}\n' : ',"outcome":"complete"}\n');
  }

  #startsAt({ atMs }: StartNote): void {
    this.#lines.text(',"atMs":');
    this.#lines.number(atMs);
    this.#lines.text('}\n');
  }

  /** Which bytes of its file an answer with this status has; undefined where it has none. */
  #bytesOf({ method, fileId, range }: StartNote, status: number): FileBytes | undefined {
    const sizeBytes = method === 'GET' ? this.#ports.sizeOf(fileId) : undefined;
    if (sizeBytes === undefined) return undefined;
    if (status === 200) return { start: 0, end: sizeBytes };
    return status === 206 ? partOf(range, sizeBytes) : undefined;
  }

  #about(note: StartNote, bytes: FileBytes | undefined, status: number): void {
    const { id, method, clientAddress, playId, fileId } = note;
    const lines = this.#lines;
    lines.text(this.#head);
    lines.text(id);
    lines.text('","method":"');
    lines.text(method);
    lines.text('","clientAddress":"');
    lines.text(clientAddress);
    if (playId !== '') {
      lines.text('","playId":"');
      lines.text(playId);
    }
    lines.text('","fileId":"');
    lines.text(fileId);
    if (bytes) {
      lines.text('","range":[');
      lines.number(bytes.start);
      lines.text(',');
      lines.number(bytes.end);
      lines.text('],"status":');
    } else lines.text('","status":');
    lines.number(status);
    lines.text(',"reason":"');
    lines.text(reasonOf(status));
    lines.text('"');
  }
}

const PLAIN = /^bytes=(\d{1,15})-(\d{1,15})$/;

/** As decideRange, which also knows the rarer forms. */
function partOf(range: string, sizeBytes: number): FileBytes | undefined {
  const [, first, last] = PLAIN.exec(range) ?? [];
  if (first !== undefined) return { start: Number(first), end: Math.min(Number(last) + 1, sizeBytes) };
  const part = decideRange(range || undefined, sizeBytes);
  return part.kind === 'part' ? { start: part.startByte, end: part.endByte } : undefined;
}

interface FileBytes {
  readonly start: number;
  readonly end: number;
}
