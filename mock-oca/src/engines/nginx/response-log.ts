import { decideRange } from '../../serving/byte-range.ts';
import { reasonOf, requestLogLines } from './access-log.ts';
import { idOf, type StartNote, startNoteOf } from './start-notes.ts';

export interface ResponseLogPorts {
  readonly ocaId: string;
  readonly sizeOf: (fileId: string) => number | undefined;
  /** JSON lines of the request log, each with its line end. */
  readonly write: (text: string) => void;
}

/**
 * Makes the request log of what nginx sends, out of its notes of beginnings and its lines of ends. A response that ends soon has both lines at
 * once; one that is still running at the second look has its first line then, and a crash takes no more than its second one.
 * Texts are put together by hand: with objects the agent would cost half as much as what it logs.
 */
export class ResponseLog {
  readonly #ports: ResponseLogPorts;
  /** Notes by their id. */
  #fresh = new Map<string, string>();
  #running = new Map<string, string>();

  constructor(ports: ResponseLogPorts) {
    this.#ports = ports;
  }

  /** Ends first: whatever has ended has begun before. */
  take(ends: readonly string[], notes: readonly string[]): void {
    const noted = new Map<string, string>();
    for (const note of notes) noted.set(idOf(note), note);
    for (const line of ends) this.#ended(line, noted);
    this.#begin();
    this.#fresh = noted;
  }

  /** What has begun and not ended, as far as was looked. */
  running(): readonly StartNote[] {
    return [...this.#fresh.values(), ...this.#running.values()].map(startNoteOf);
  }

  /** Whatever ran is gone. */
  cut(): void {
    this.#begin();
    this.#fresh = new Map();
    this.#running = new Map();
  }

  #begin(): void {
    for (const [id, text] of this.#fresh) {
      const note = startNoteOf(text);
      this.#ports.write(`{"phase":"start",${this.#expected(note)},"atMs":${note.atMs}}\n`);
      this.#running.set(id, text);
    }
  }

  #ended(line: string, noted: Map<string, string>): void {
    if (line.startsWith('{')) this.#wholeLine(line);
    const id = idOf(line);
    const known = [noted, this.#fresh, this.#running].find((each) => each.has(id));
    const text = known?.get(id);
    if (known === undefined || text === undefined) return;
    known.delete(id);
    // Without more than the id it was handed to Node, which logs it itself.
    if (id.length === line.length) return;
    const note = startNoteOf(text);
    const end = endOf(line);
    const range = note.method === 'GET' ? end.range : '';
    const about = this.#about(note, range, end.status);
    const start = known === this.#running ? '' : `{"phase":"start",${about},"atMs":${note.atMs}}\n`;
    const sent = `"bytesSent":${end.bytes},"bytesFlushed":${end.bytes},"outcome":"${end.outcome}"`;
    this.#ports.write(`${start}{"phase":"end",${about},"atMs":${end.atMs},${sent}}\n`);
  }

  #wholeLine(line: string): void {
    for (const each of requestLogLines(line, this.#ports.ocaId) ?? []) this.#ports.write(`${JSON.stringify(each)}\n`);
  }

  /** As far as it is known while it runs: what it asked for is what it gets. */
  #expected(note: StartNote): string {
    const sizeBytes = this.#ports.sizeOf(note.fileId);
    if (note.method !== 'GET' || sizeBytes === undefined) return this.#about(note, '', 200);
    const range = decideRange(note.range || undefined, sizeBytes);
    if (range.kind !== 'part') return this.#about(note, `0,${sizeBytes}`, 200);
    return this.#about(note, `${range.startByte},${range.endByte}`, 206);
  }

  #about({ id, method, clientAddress, playId, fileId }: StartNote, range: string, status: number): string {
    const play = playId === '' ? '' : `"playId":"${playId}",`;
    const bytes = range === '' ? '' : `"range":[${range}],`;
    return `"ocaId":"${this.#ports.ocaId}","requestId":"${id}","method":"${method}","clientAddress":"${clientAddress}",${play}"fileId":"${fileId}",${bytes}"status":${status},"reason":"${reasonOf(status)}"`;
  }
}

/** nginx writes a dash for what there is not. */
function endOf(line: string) {
  const [, endedAtS, status = '', bytes, whole, contentRange = '-', length = '-'] = line.split('\t');
  const dash = contentRange.indexOf('-', 6);
  const first = contentRange.slice('bytes '.length, dash);
  const last = Number(contentRange.slice(dash + 1, contentRange.indexOf('/')));
  const whole200 = status === '200' && length !== '-' ? `0,${length}` : '';
  return {
    atMs: Math.round(Number(endedAtS) * 1000),
    status: Number(status),
    bytes: Number(bytes),
    outcome: whole === 'OK' ? 'complete' : 'client-closed',
    range: status === '206' ? `${first},${last + 1}` : whole200,
  };
}
