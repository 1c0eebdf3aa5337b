import { STATUS_CODES } from 'node:http';
import type { PlainPlayAnswer } from '../operations/plain-plays.ts';
import { headRoomOf } from '../playback/join-json.ts';

const NOT_IN_A_HEADER = /[^\t\x20-\x7e]/;

/** Heads of answers as node writes them. What changes once a second is written once a second. */
export class LaneHeads {
  readonly #keepAliveS: number;
  readonly #wallMs: () => number;
  #second = 0;
  #staying = '';
  #last = '';

  constructor(keepAliveS: number, wallMs: () => number = Date.now) {
    this.#keepAliveS = keepAliveS;
    this.#wallMs = wallMs;
  }

  /** `isLast`: the connection ends with it. Throws on a value that would end its line. */
  head({ status, headers }: Pick<PlainPlayAnswer, 'status' | 'headers'>, bodyBytes: number, isLast: boolean): string {
    const second = Math.floor(this.#wallMs() / 1000);
    if (second !== this.#second) this.#tick(second);
    let text = '';
    for (let at = 0; at < headers.length; at += 2) {
      const value = headers[at + 1] ?? '';
      if (NOT_IN_A_HEADER.test(value)) throw new Error(`The header ${headers[at]} cannot have this value.`);
      text += `${headers[at]}: ${value}\r\n`;
    }
    const line = status === 200 ? 'HTTP/1.1 200 OK' : `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}`;
    return `${line}\r\n${text}Content-Length: ${bodyBytes}\r\n${isLast ? this.#last : this.#staying}`;
  }

  #tick(second: number): void {
    const date = new Date(second * 1000).toUTCString();
    this.#second = second;
    this.#staying = `Date: ${date}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${this.#keepAliveS}\r\n\r\n`;
    this.#last = `Date: ${date}\r\nConnection: close\r\n\r\n`;
  }
}

/** Both as one piece: the body's memory has room for the head, so that nothing is copied. */
export function headAndBody(head: string, body: Uint8Array<ArrayBuffer>): Buffer {
  if (head.length > headRoomOf(body)) return Buffer.concat([Buffer.from(head, 'latin1'), body]);
  const whole = Buffer.from(body.buffer, body.byteOffset - head.length, head.length + body.byteLength);
  whole.write(head, 'latin1');
  return whole;
}
