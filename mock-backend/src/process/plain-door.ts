import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Backend } from '../backend.ts';
import { SMALL_BODY_BYTES } from '../limit-body.ts';
import type { PlainPlay, PlainPlayAnswer } from '../operations/plain-plays.ts';
import { releaseJson } from '../playback/join-json.ts';
import { textOf } from './text-of.ts';
import { UnheardAnswers } from './unheard-answers.ts';

/**
 * Plays begin and go on past `Request` and `Response`; everything else, and bodies that do not say how long they are, goes
 * the way of the web.
 */
export function plainDoor(backend: Pick<Backend, 'answerPlay'>, others: RequestListener): RequestListener {
  const unheard = new UnheardAnswers();
  return (incoming, outgoing) => {
    unheard.noteAsked(incoming.socket);
    const place = plainPlace(incoming);
    if (place) answer(backend, place, incoming, outgoing, unheard);
    else others(incoming, outgoing);
  };
}

type Place = Pick<PlainPlay, 'renews'>;

const NEW_PLAY: Place = {};
const RENEWAL_PATH = /^\/v1\/plays\/(\w+)\/renew$/;

function plainPlace({ method, url = '', headers }: IncomingMessage): Place | undefined {
  if (method !== 'POST' || headers['transfer-encoding'] !== undefined) return undefined;
  if (!(Number(headers['content-length'] ?? Number.NaN) <= SMALL_BODY_BYTES)) return undefined;
  if (url === '/v1/plays') return NEW_PLAY;
  const [, renews] = RENEWAL_PATH.exec(url) ?? [];
  return renews === undefined ? undefined : { renews };
}

/** A sender that goes away before its end is answered nothing: nobody would hear it. */
function answer(
  backend: Pick<Backend, 'answerPlay'>,
  place: Place,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  unheard: UnheardAnswers,
): void {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('error', () => {});
  incoming.on('end', () => {
    const { headers, socket } = incoming;
    const header = (name: string): string | undefined => {
      const value = headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    const clientAddress = socket.remoteAddress ?? '';
    const play = { ...place, header, text: textOf(joined(chunks)), clientAddress, isGone: () => socket.destroyed };
    const write = ({ status, headers, body, tellUnheard }: PlainPlayAnswer): void => {
      outgoing.writeHead(status, [...headers, 'Content-Length', String(Buffer.byteLength(body))]);
      // Comes after all was handed over to the system, and where the connection broke.
      if (typeof body !== 'string') outgoing.once('close', () => releaseJson(body));
      outgoing.end(body);
      if (tellUnheard) unheard.watch(outgoing, socket, tellUnheard);
    };
    backend.answerPlay(play).then(write, (error) => outgoing.destroy(error));
  });
}

const joined = (chunks: readonly Buffer[]): Buffer => {
  const [only] = chunks;
  return only && chunks.length === 1 ? only : Buffer.concat(chunks);
};
