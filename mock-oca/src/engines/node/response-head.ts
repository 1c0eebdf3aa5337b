import { STATUS_CODES } from 'node:http';

const NOT_IN_A_HEADER = /[^\t\x20-\x7e\x80-\xff]/;

/** The head of an answer as node writes it; `keepAliveS` where the connection stays. Throws on a value that would end its line. */
export function responseHead(
  status: number,
  headers: Readonly<Record<string, string>>,
  { date, keepAliveS }: { readonly date: string; readonly keepAliveS?: number | undefined },
): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`;
  for (const name in headers) {
    const value = headers[name] ?? '';
    if (NOT_IN_A_HEADER.test(value)) throw new Error(`The header ${name} cannot have this value.`);
    text += `${name}: ${value}\r\n`;
  }
  if (keepAliveS === undefined) return `${text}Date: ${date}\r\nConnection: close\r\n\r\n`;
  return `${text}Date: ${date}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${keepAliveS}\r\n\r\n`;
}

/** `Date` of now: written anew once a second. */
export class HttpDate {
  #second = 0;
  #text = '';

  at(wallMs: number): string {
    const second = Math.floor(wallMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = new Date(wallMs).toUTCString();
    }
    return this.#text;
  }
}
