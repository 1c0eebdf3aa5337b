import { createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlainHead } from './plain-head.ts';

const read = (text: string) => readPlainHead(Buffer.from(text, 'latin1'));
const head = (...lines: readonly string[]): string => [...lines, '', ''].join('\r\n');

describe('a plain head', () => {
  it('is what viewers send', () => {
    const text = head('GET /a/b?CMCD=x HTTP/1.1', 'Host: x:1', 'Range:bytes=0-9', 'X-Empty:', 'Connection: Keep-Alive');
    expect(read(text)).toEqual({
      target: '/a/b?CMCD=x',
      headers: { host: 'x:1', range: 'bytes=0-9', 'x-empty': '', connection: 'Keep-Alive' },
      isLast: false,
    });
    expect(read(head('GET / HTTP/1.1', 'Host: x', 'Connection: close'))?.isLast).toBe(true);
  });

  it.each([
    ['a part of one', 'GET / HTTP/1.1\r\nHost: x\r\n'],
    ['two at once', head('GET / HTTP/1.1', 'Host: x').repeat(2)],
    ['one with a body behind it', `${head('GET / HTTP/1.1', 'Host: x')}x`],
    ['an announced body', head('GET / HTTP/1.1', 'Host: x', 'Content-Length: 0')],
    ['a body in chunks', head('GET / HTTP/1.1', 'Host: x', 'transfer-encoding: chunked')],
    ['a folded line', head('GET / HTTP/1.1', 'Host: x', 'Content-Length:', ' 5')],
    ['a space before the colon', head('GET / HTTP/1.1', 'Host: x', 'Content-Length : 5')],
    ['a line that ends by LF alone', 'GET / HTTP/1.1\r\nHost: x\nContent-Length: 5\r\n\r\n'],
    ['a bare CR', head('GET / HTTP/1.1', 'Host: x\rContent-Length: 5')],
    ['a name with an underscore', head('GET / HTTP/1.1', 'Host: x', 'Content_Length: 5')],
    ['a value out of ASCII', head('GET / HTTP/1.1', 'Host: x', 'X: \xff')],
    ['a tab', head('GET / HTTP/1.1', 'Host: x', 'X:\ty')],
    ['no host', head('GET / HTTP/1.1', 'X: y')],
    ['two hosts', head('GET / HTTP/1.1', 'Host: x', 'Host: y')],
    ['a name of every object', head('GET / HTTP/1.1', 'Host: x', 'Constructor: y')],
    ['two ranges', head('GET / HTTP/1.1', 'Host: x', 'Range: bytes=0-1', 'range: bytes=2-3')],
    ['a word for the next hop', head('GET / HTTP/1.1', 'Host: x', 'Connection: close, x')],
    ['a change of protocol', head('GET / HTTP/1.1', 'Host: x', 'Upgrade: h2c')],
    ['another method', head('HEAD / HTTP/1.1', 'Host: x')],
    ['an older version', head('GET / HTTP/1.0', 'Host: x')],
    ['a whole URL', head('GET http://x/ HTTP/1.1', 'Host: x')],
    ['two spaces', head('GET  / HTTP/1.1', 'Host: x')],
    ['an empty line before it', `\r\n${head('GET / HTTP/1.1', 'Host: x')}`],
    ['many headers', head('GET / HTTP/1.1', 'Host: x', ...Array.from({ length: 100 }, (_, i) => `X-${i}: y`))],
    ['a large one', head('GET / HTTP/1.1', 'Host: x', `X: ${'y'.repeat(9000)}`)],
  ])('is not %s', (_what, text) => expect(read(text)).toBeUndefined());

  it('means to node what it means here, or is left to node', async () => {
    const piece = fc.constantFrom(
      ...['GET ', '/a', ' HTTP/1.1', '\r\n', '\n', '\r', ' ', '\t', ':', 'Host: x', 'Range: bytes=0-1', 'X-Y:z', '\0'],
      ...['Content-Length: 3', 'Transfer-Encoding: chunked', 'Connection: keep-alive', '\r\n\r\n', 'abc', ',', ';'],
    );
    const spoiled = fc
      .tuple(fc.array(piece, { maxLength: 3 }), fc.nat(40), fc.boolean())
      .map(([pieces, at, isInside]) => {
        const text = head('GET /a?b HTTP/1.1', 'Host: x', 'Range:  bytes=0-1 ');
        return isInside
          ? text.slice(0, at) + pieces.join('') + text.slice(at)
          : `${text.slice(0, -2)}${pieces.join('')}\r\n`;
      });
    await fc.assert(
      fc.asyncProperty(spoiled, async (text) => {
        const here = read(text);
        fc.pre(here !== undefined);
        const { method, url, headers } = await readByNode(text);
        expect({ method, url, headers: { ...headers } }).toEqual({
          method: 'GET',
          url: here?.target,
          headers: here?.headers,
        });
      }),
      { numRuns: 300 },
    );
  });
});

/** Rejects where node reads no request, or something behind it. */
function readByNode(text: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const seen: IncomingMessage[] = [];
    const server = createServer((request) => {
      seen.push(request);
      setImmediate(() => (seen.length === 1 ? resolve(request) : reject(new Error('more than one request'))));
    });
    server.on('clientError', reject);
    const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    server.emit('connection', socket as Socket);
    socket.push(Buffer.from(text, 'latin1'));
  });
}
