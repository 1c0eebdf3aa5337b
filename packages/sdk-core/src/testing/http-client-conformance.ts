import { CancelController } from '../ports/cancel-signal.ts';
import { type HttpClient, HttpFailure, type HttpResponse } from '../ports/http-client.ts';
import { type ConformanceCase, check, checkEqual, conformanceCase, rejection } from './conformance.ts';

/**
 * A server at `baseUrl` that answers
 * - `/echo`: 200 and JSON `{ method, headers, body }` of the request, header names in lower case
 * - `/status/N`: status N, header `x-said: N`, body `status N`
 * - `/bytes/N`: N bytes, each its position modulo 251; `/bytes/N/hang` and `/bytes/N/reset`: promises N, sends half, then
 *   sends nothing more, or breaks the connection
 * - `/hang`: nothing, ever; `/reset`: breaks the connection before it answers
 *
 * and allows scripts of other origins to do all that and to read `x-said`.
 */
export interface HttpClientHarness {
  readonly http: HttpClient;
  readonly baseUrl: string;
  /** A URL at which nothing listens. */
  readonly deadUrl: string;
  /** Real time, as sockets need it. */
  passMs(durationMs: number): Promise<void>;
  close?(): void | Promise<void>;
}

const httpCase = conformanceCase<HttpClientHarness>;

async function readAll(response: HttpResponse): Promise<number[]> {
  const bytes: number[] = [];
  for (let chunk = await response.body.read(); chunk; chunk = await response.body.read()) {
    check(chunk.length > 0, 'a chunk has bytes');
    for (const byte of chunk) bytes.push(byte);
  }
  return bytes;
}

const textOf = async (response: HttpResponse): Promise<string> => String.fromCharCode(...(await readAll(response)));

function checkFailure(error: unknown, kind: HttpFailure['kind'], rule: string): void {
  check(error instanceof HttpFailure, `${rule}: an HttpFailure, found ${String(error)}`);
  checkEqual(error.kind, kind, rule);
}

export const httpClientCases: readonly ConformanceCase<HttpClientHarness>[] = [
  httpCase('sends method, headers and body', async ({ http, baseUrl }) => {
    const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer x' };
    const response = await http({ method: 'POST', url: `${baseUrl}/echo`, headers, body: '{"a":1}' });
    const echo = JSON.parse(await textOf(response));
    checkEqual([echo.method, echo.body], ['POST', '{"a":1}'], 'method and body');
    checkEqual(echo.headers.authorization, 'Bearer x', 'a header');
    checkEqual(echo.headers['content-type'], 'application/json', 'the content type');
  }),

  httpCase('resolves with every status, and reads headers by lower-case name', async ({ http, baseUrl }) => {
    for (const status of [200, 206, 404, 416, 500, 503]) {
      const response = await http({ method: 'GET', url: `${baseUrl}/status/${status}` });
      checkEqual(
        [response.status, response.header('x-said'), response.header('x-none')],
        [status, `${status}`, null],
        'head',
      );
      checkEqual(await textOf(response), `status ${status}`, 'the body of an error is readable');
    }
  }),

  httpCase('delivers a long body whole and in order', async ({ http, baseUrl }) => {
    const bytes = await readAll(await http({ method: 'GET', url: `${baseUrl}/bytes/300000` }));
    checkEqual(bytes.length, 300_000, 'length');
    check(
      bytes.every((byte, at) => byte === at % 251),
      'every byte in its place',
    );
  }),

  httpCase('gives chunks as they come, not at the end', async ({ http, baseUrl }) => {
    const { body } = await http({ method: 'GET', url: `${baseUrl}/bytes/200000/hang` });
    let received = 0;
    while (received < 100_000) received += (await body.read())?.length ?? Number.POSITIVE_INFINITY;
    checkEqual(received, 100_000, 'the half that was sent');
    body.cancel();
  }),

  httpCase(
    'rejects with network where the connection is refused or breaks before the answer',
    async ({ http, baseUrl, deadUrl }) => {
      for (const url of [deadUrl, `${baseUrl}/reset`]) {
        checkFailure(await rejection(http({ method: 'GET', url }), url), 'network', url);
      }
    },
  ),

  httpCase('rejects the read with network where the connection breaks inside the body', async ({ http, baseUrl }) => {
    const response = await http({ method: 'GET', url: `${baseUrl}/bytes/200000/reset` });
    checkFailure(await rejection(readAll(response), 'a broken body'), 'network', 'a broken body');
  }),

  httpCase(
    'rejects with aborted where the signal fires before the call or before the answer',
    async ({ http, baseUrl, passMs }) => {
      const early = new CancelController();
      early.cancel();
      const url = `${baseUrl}/hang`;
      checkFailure(await rejection(http({ method: 'GET', url, signal: early.signal }), 'early'), 'aborted', 'early');
      const late = new CancelController();
      const failure = rejection(http({ method: 'GET', url, signal: late.signal }), 'late');
      await passMs(30);
      late.cancel();
      checkFailure(await failure, 'aborted', 'late');
    },
  ),

  httpCase(
    'rejects the read with aborted where the signal fires inside the body',
    async ({ http, baseUrl, passMs }) => {
      const controller = new CancelController();
      const response = await http({ method: 'GET', url: `${baseUrl}/bytes/200000/hang`, signal: controller.signal });
      const failure = rejection(readAll(response), 'abort inside the body');
      await passMs(30);
      controller.cancel();
      checkFailure(await failure, 'aborted', 'abort inside the body');
    },
  ),

  httpCase(
    'ends the reads, also one that waits, when the body is cancelled; twice is harmless',
    async ({ http, baseUrl, passMs }) => {
      const { body } = await http({ method: 'GET', url: `${baseUrl}/bytes/200000/hang` });
      let received = 0;
      while (received < 100_000) received += (await body.read())?.length ?? Number.POSITIVE_INFINITY;
      const waiting = body.read();
      await passMs(10);
      body.cancel();
      body.cancel();
      checkEqual((await waiting) === undefined, true, 'the read that waited');
      checkEqual((await body.read()) === undefined, true, 'a read after it');
    },
  ),

  httpCase('sets no deadline of its own', async ({ http, baseUrl, passMs }) => {
    const controller = new CancelController();
    let settled = false;
    const answer = http({ method: 'GET', url: `${baseUrl}/hang`, signal: controller.signal }).finally(() => {
      settled = true;
    });
    const failure = rejection(answer, 'cancelled at the end');
    await passMs(1500);
    check(!settled, 'still waits after 1.5 s');
    controller.cancel();
    await failure;
  }),
];
