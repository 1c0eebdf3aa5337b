import { expect, it } from 'vitest';
import { HttpFailure, type HttpResponse } from '../ports/http-client.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { Transfer, type TransferSink } from './delivery-transfer.ts';

const plan = {
  ocaId: 'a',
  url: 'http://a.test/t/f',
  startByte: 0,
  endByte: 100,
  sizeBytes: 1000,
  etag: '"e"',
  firstByteMs: 400,
};
const headers: Record<string, string> = { etag: '"e"', 'content-range': 'bytes 0-99/1000' };
const sink: TransferSink = { onBytes: () => undefined, stallMs: () => 500 };

/** A host that does not heed cancellation: what it has begun arrives, however late. */
function stubbornHost(headAfterMs: number, chunks: readonly { afterMs: number; bytes: number }[]) {
  const clock = new VirtualClock();
  const cancelled: string[] = [];
  const left = [...chunks];
  const response: HttpResponse = {
    status: 206,
    header: (name) => headers[name] ?? null,
    body: {
      read: async () => {
        const next = left.shift();
        if (!next) return undefined;
        await clock.sleep(next.afterMs);
        return new Uint8Array(next.bytes);
      },
      cancel: () => void cancelled.push('body'),
    },
  };
  const http = async (): Promise<HttpResponse> => {
    await clock.sleep(headAfterMs);
    return response;
  };
  return { clock, http, cancelled };
}

it('closes a body whose head comes after the deadline', async () => {
  const { clock, http, cancelled } = stubbornHost(900, []);
  const transfer = new Transfer({ clock, http }, plan);
  expect(await clock.resolve(transfer.open())).toMatchObject({ outcome: 'first-byte-late', endedAtMs: 400 });
  expect(cancelled).toEqual([]);
  await clock.advance(1000);
  expect(cancelled).toEqual(['body']);
});

it('counts the chunk that comes after the stall deadline as lost', async () => {
  const { clock, http } = stubbornHost(10, [
    { afterMs: 10, bytes: 30 },
    { afterMs: 2000, bytes: 50 },
  ]);
  const wasted: [number, string][] = [];
  const transfer = new Transfer({ clock, http }, plan, (bytes, outcome) => {
    if (bytes > 0) wasted.push([bytes, outcome]);
  });
  expect(await clock.resolve(transfer.open())).toBeUndefined();
  expect(await clock.resolve(transfer.pump(sink))).toMatchObject({ outcome: 'stalled', receivedTo: 30 });
  expect(wasted).toEqual([]);
  await clock.advance(3000);
  expect(wasted).toEqual([[50, 'stalled']]);
});

it('cuts off a body that goes on beyond the range', async () => {
  const { clock, http, cancelled } = stubbornHost(0, [
    { afterMs: 0, bytes: 90 },
    { afterMs: 0, bytes: 40 },
    { afterMs: 0, bytes: 500 },
  ]);
  let deliveredBytes = 0;
  let wastedBytes = 0;
  const transfer = new Transfer({ clock, http }, plan, (bytes) => {
    wastedBytes += bytes;
  });
  await clock.resolve(transfer.open());
  const onBytes = (chunk: Uint8Array): undefined => {
    deliveredBytes += chunk.length;
  };
  expect(await clock.resolve(transfer.pump({ ...sink, onBytes }))).toMatchObject({
    outcome: 'complete',
    receivedTo: 100,
  });
  await clock.advance(10);
  expect({ deliveredBytes, wastedBytes, cancelled }).toEqual({
    deliveredBytes: 100,
    wastedBytes: 530,
    cancelled: ['body'],
  });
});

it('lets the connection end by itself where the body ends with the range', async () => {
  const { clock, http } = stubbornHost(0, [{ afterMs: 0, bytes: 100 }]);
  const transfer = new Transfer({ clock, http }, plan);
  await clock.resolve(transfer.open());
  expect(await clock.resolve(transfer.pump(sink))).toMatchObject({ outcome: 'complete' });
  await clock.advance(0);
  expect(clock.pendingTimers).toBe(0);
});

it('takes a client that breaks its promise in any way for a broken connection', async () => {
  for (const error of [
    new HttpFailure('network', 'reset'),
    new HttpFailure('aborted', 'by whom?'),
    new TypeError('x'),
  ]) {
    const clock = new VirtualClock();
    const transfer = new Transfer({ clock, http: () => Promise.reject(error) }, plan);
    expect(await clock.resolve(transfer.open())).toMatchObject({ outcome: 'reset' });
  }
});
