import { createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PlainPost, readPlainPost } from './plain-post.ts';

const MOST_BODY_BYTES = 1000;
const read = (text: string) => readPlainPost(Buffer.from(text, 'latin1'), MOST_BODY_BYTES);
const post = (...lines: readonly string[]): string => [...lines, '', ''].join('\r\n');
const START = 'POST /v1/plays HTTP/1.1';
const headersOf = ({ names, values }: PlainPost) =>
  Object.fromEntries(names.map((name, at) => [name, values[at]] as const));

describe('a plain play request', () => {
  it('is what players send', () => {
    const text = `${post(START, 'Host: x:1', 'Content-Length: 2', 'X-Empty:', 'Authorization:Bearer y ', 'Connection: Keep-Alive')}{}`;
    const plain = read(text);
    expect(plain).toMatchObject({ renews: undefined, isLast: false, bodyAt: text.length - 2 });
    expect(plain && headersOf(plain)).toEqual({
      host: 'x:1',
      'content-length': '2',
      'x-empty': '',
      authorization: 'Bearer y',
      connection: 'Keep-Alive',
    });
    const renewal = post('POST /v1/plays/abc_1/renew HTTP/1.1', 'host: x', 'connection: close', 'content-length: 0');
    expect(read(renewal)).toMatchObject({ renews: 'abc_1', isLast: true, bodyAt: renewal.length });
  });

  it.each([
    ['a part of a head', `${START}\r\nHost: x\r\n`],
    ['a part of a body', `${post(START, 'Host: x', 'Content-Length: 3')}{}`],
    ['a body with something behind it', `${post(START, 'Host: x', 'Content-Length: 2')}{}P`],
    ['two at once', `${post(START, 'Host: x', 'Content-Length: 2')}{}`.repeat(2)],
    ['a body of unknown length', post(START, 'Host: x')],
    ['a body in chunks', `${post(START, 'Host: x', 'transfer-encoding: chunked')}2\r\n{}\r\n0\r\n\r\n`],
    ['chunks and a length', post(START, 'Host: x', 'Content-Length: 0', 'Transfer-Encoding: chunked')],
    ['two lengths', post(START, 'Host: x', 'Content-Length: 0', 'Content-Length: 0')],
    ['a list of lengths', post(START, 'Host: x', 'Content-Length: 0, 0')],
    ['a length with a sign', post(START, 'Host: x', 'Content-Length: +0')],
    ['a length in hex', post(START, 'Host: x', 'Content-Length: 0x0')],
    ['no length', post(START, 'Host: x', 'Content-Length:')],
    ['a length with a space in it', `${post(START, 'Host: x', 'Content-Length: 1 0')}${'x'.repeat(10)}`],
    ['a body that is too long', `${post(START, 'Host: x', 'Content-Length: 1001')}${'x'.repeat(1001)}`],
    ['a sender that waits to be asked on', `${post(START, 'Host: x', 'Content-Length: 2', 'Expect: 100-continue')}{}`],
    ['a folded line', post(START, 'Host: x', 'Content-Length:', ' 0')],
    ['a space before the colon', post(START, 'Host: x', 'Content-Length : 0')],
    ['a line that ends by LF alone', `${START}\r\nHost: x\nContent-Length: 0\r\n\r\n`],
    ['a bare CR', post(START, 'Host: x\rContent-Length: 0', 'Content-Length: 0')],
    ['a name with an underscore', post(START, 'Host: x', 'Content_Length: 5', 'Content-Length: 0')],
    ['a value out of ASCII', post(START, 'Host: x', 'X: \xff', 'Content-Length: 0')],
    ['a tab', post(START, 'Host: x', 'X:\ty', 'Content-Length: 0')],
    ['no host', post(START, 'X: y', 'Content-Length: 0')],
    ['two hosts', post(START, 'Host: x', 'Host: y', 'Content-Length: 0')],
    ['two tokens', post(START, 'Host: x', 'Authorization: a', 'authorization: b', 'Content-Length: 0')],
    ['a word for the next hop', post(START, 'Host: x', 'Connection: close, x', 'Content-Length: 0')],
    ['a change of protocol', post(START, 'Host: x', 'Upgrade: h2c', 'Content-Length: 0')],
    ['another method', post('PUT /v1/plays HTTP/1.1', 'Host: x', 'Content-Length: 0')],
    ['another route', post('POST /v1/plays/abc/end HTTP/1.1', 'Host: x', 'Content-Length: 0')],
    ['a query', post('POST /v1/plays?a HTTP/1.1', 'Host: x', 'Content-Length: 0')],
    ['an id in percents', post('POST /v1/plays/a%62c/renew HTTP/1.1', 'Host: x', 'Content-Length: 0')],
    ['an older version', post('POST /v1/plays HTTP/1.0', 'Host: x', 'Content-Length: 0')],
    ['a whole URL', post('POST http://x/v1/plays HTTP/1.1', 'Host: x', 'Content-Length: 0')],
    ['two spaces', post('POST  /v1/plays HTTP/1.1', 'Host: x', 'Content-Length: 0')],
    ['an empty line before it', `\r\n${post(START, 'Host: x', 'Content-Length: 0')}`],
    ['many headers', post(START, 'Host: x', 'Content-Length: 0', ...Array.from({ length: 63 }, (_, i) => `X-${i}: y`))],
    ['a large head', post(START, 'Host: x', `X: ${'y'.repeat(9000)}`, 'Content-Length: 0')],
    ['nothing', ''],
  ])('is not %s', (_what, text) => expect(read(text)).toBeUndefined());

  it('means to node what it means here, or is left to node', async () => {
    const piece = fc.constantFrom(
      ...['POST ', '/a', ' HTTP/1.1', '\r\n', '\n', '\r', ' ', '\t', ':', 'Host: x', 'Authorization: b', 'X-Y:z', '\0'],
      ...['Content-Length: 3', 'Content-Length: 2', 'Transfer-Encoding: chunked', 'Connection: keep-alive'],
      ...['\r\n\r\n', '{}', ',', ';', 'close', 'Expect: x', '1', '0'],
    );
    const spoiled = fc
      .tuple(fc.array(piece, { maxLength: 3 }), fc.nat(60), fc.boolean())
      .map(([pieces, at, isInside]) => {
        const head = post(START, 'Host: x', 'Content-Length: 2', 'Authorization:  Bearer y ');
        return isInside
          ? `${head.slice(0, at)}${pieces.join('')}${head.slice(at)}{}`
          : `${head.slice(0, -2)}${pieces.join('')}${pieces.length > 0 ? '\r\n' : ''}\r\n{}`;
      });
    await fc.assert(
      fc.asyncProperty(spoiled, async (text) => {
        const here = read(text);
        fc.pre(here !== undefined);
        const { method, url, headers, body } = await readByNode(text);
        expect({ method, url, headers, body }).toEqual({
          method: 'POST',
          url: here.renews === undefined ? '/v1/plays' : `/v1/plays/${here.renews}/renew`,
          headers: headersOf(here),
          body: text.slice(here.bodyAt),
        });
      }),
      { numRuns: 300 },
    );
  });
});

/** Rejects where node reads no request, or something behind it. */
function readByNode(text: string): Promise<Pick<IncomingMessage, 'method' | 'url' | 'headers'> & { body: string }> {
  return new Promise((resolve, reject) => {
    let seen = 0;
    const server = createServer((incoming) => {
      seen += 1;
      let body = '';
      incoming.setEncoding('latin1').on('data', (chunk) => {
        body += chunk;
      });
      incoming.on('end', () =>
        setImmediate(() => {
          const { method, url, headers } = incoming;
          if (seen === 1) resolve({ method, url, headers: { ...headers }, body });
          else reject(new Error('more than one request'));
        }),
      );
    });
    server.on('clientError', reject);
    const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    server.emit('connection', socket as Socket);
    socket.push(Buffer.from(text, 'latin1'));
  });
}
