import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Backend } from '../backend.ts';
import { SMALL_BODY_BYTES } from '../limit-body.ts';
import type { PlainPlayAnswer } from '../operations/plain-plays.ts';

const BYTE_ORDER_MARK = 0xfeff;

/**
 * Play requests go past `Request` and `Response`; everything else, and bodies that do not say how long they are, goes
 * the way of the web.
 */
export const plainDoor =
  (backend: Pick<Backend, 'answerPlay'>, others: RequestListener): RequestListener =>
  (incoming, outgoing) => {
    if (isPlainPlay(incoming)) answer(backend, incoming, outgoing);
    else others(incoming, outgoing);
  };

function isPlainPlay({ method, url, headers }: IncomingMessage): boolean {
  if (method !== 'POST' || url !== '/v1/plays' || headers['transfer-encoding'] !== undefined) return false;
  return Number(headers['content-length'] ?? Number.NaN) <= SMALL_BODY_BYTES;
}

/** A sender that goes away before its end is answered nothing: nobody would hear it. */
function answer(backend: Pick<Backend, 'answerPlay'>, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('error', () => {});
  incoming.on('end', () => {
    const { headers, socket } = incoming;
    const header = (name: string): string | undefined => {
      const value = headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    const play = { header, text: textOf(chunks), clientAddress: socket.remoteAddress ?? '' };
    const write = ({ status, headers, body }: PlainPlayAnswer): void => {
      outgoing.writeHead(status, [...headers, 'Content-Length', String(Buffer.byteLength(body))]);
      outgoing.end(body);
    };
    backend.answerPlay(play).then(write, (error) => outgoing.destroy(error));
  });
}

/** As `Request` reads it: in UTF-8, without a mark of the byte order. */
function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  const text = (only && chunks.length === 1 ? only : Buffer.concat(chunks)).toString('utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}
