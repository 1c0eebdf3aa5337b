import type { Fault } from '@pressplay/protocol/messages';
import type { LedgerEntry, PlayerEvents } from '@pressplay/sdk-web';
import type { Fleet } from '@pressplay/testkit/fleet';
import type { FilmPage, Transfer } from './film-page.ts';
import { expect, test } from './fixtures.ts';

/** Half a second of a paced response: time enough to break its server in the middle. */
const LARGE_SEGMENT_BYTES = 500_000;
const LONGEST_STALL_MS = 500;
/** A standstill with media at hand says that this machine is too busy to decode, not that a server was missed. */
const LONGEST_BUSY_MS = 3000;

type HandOver = PlayerEvents['hand-over'];

interface Breakage {
  readonly transfer: Transfer;
  readonly ocaId: string;
  readonly atMs: number;
}

test.describe('in the middle of a large segment', () => {
  test('the process of the streaming OCA is killed: the film goes on from the byte it had reached', async ({
    film,
    fleet,
    titleId,
  }) => {
    const broken = await breakInHalf(film, fleet, titleId, (ocaId) => fleet.killOca(ocaId));
    const handOver = await handOverOf(film, broken);
    expect(handOver.atByte).toBeGreaterThan(handOver.startByte);
    expect(handOver.atByte).toBeLessThan(handOver.endByte);
    await proveEveryByteOnce(film, fleet, broken, handOver);
    await film.page.screenshot({ path: test.info().outputPath('after-the-kill.png') });
  });

  test('the streaming OCA hangs: it accepts and sends nothing more', async ({ film, fleet, titleId }) => {
    const broken = await breakInHalf(film, fleet, titleId, faulty(fleet, { kind: 'stall', afterBytes: 0 }));
    const handOver = await handOverOf(film, broken);
    expect(['stalled', 'first-byte-late']).toContain(handOver.reason);
    expect(handOver.atByte).toBeGreaterThan(handOver.startByte);
    expect(handOver.atByte).toBeLessThan(handOver.endByte);
    await proveEveryByteOnce(film, fleet, broken, handOver);
  });

  test('the streaming OCA answers 503 from now on', async ({ film, fleet, titleId }) => {
    const broken = await breakInHalf(film, fleet, titleId, faulty(fleet, { kind: 'status', status: 503 }));
    const handOver = await handOverOf(film, broken);
    expect(['status', 'reset', 'short']).toContain(handOver.reason);
    await proveEveryByteOnce(film, fleet, broken, handOver);
  });

  test('the streaming OCA slows to 200 kbit/s', async ({ film, fleet, titleId }) => {
    const broken = await breakInHalf(film, fleet, titleId, faulty(fleet, { kind: 'rate', rateBps: 200_000 }));
    const handOver = await handOverOf(film, broken);
    expect(['too-slow', 'stalled', 'better-by-margin', 'hedge']).toContain(handOver.reason);
    expect(handOver.atByte).toBeGreaterThan(handOver.startByte);
    expect(handOver.atByte).toBeLessThan(handOver.endByte);
    await proveEveryByteOnce(film, fleet, broken, handOver);
  });
});

test('an OCA damages bytes: what does not decode is fetched again from another one', async ({
  film,
  fleet,
  titleId,
}) => {
  const half = film.halfOf(LARGE_SEGMENT_BYTES);
  expect(await film.play(titleId)).toMatchObject({ ok: true });
  const damaging = ocaOf(fleet, await half);
  const atMs = await film.nowMs();
  await fleet.setFaults(damaging, [{ kind: 'corrupt', everyBytes: 200 }]);
  await film.watchFor(14);
  expect(await film.eventsOf('error')).toEqual([]);
  expect((await film.stats()).rebufferMs).toBeLessThan(2000);
  const large = (await film.ledger()).entries.filter(
    (entry) => entry.startedAtMs > atMs && entry.deliveredTo - entry.requestedFrom >= LARGE_SEGMENT_BYTES,
  );
  expect(large.filter(({ ocaId }) => ocaId !== damaging).length, JSON.stringify(large)).toBeGreaterThanOrEqual(3);
});

test('a region killed before the next play: the next region grants it', async ({ film, fleet, titleId }) => {
  const [first, second] = fleet.regions;
  await fleet.killRegion(first?.regionId ?? '');
  expect(await film.play(titleId)).toMatchObject({ ok: true });
  await film.watchFor(2);
  expect(await film.stats()).toMatchObject({ region: second?.regionId });
  expect(await film.stalls()).toEqual([]);
  const [failover] = await film.eventsOf('region-failover');
  expect(failover).toMatchObject({ from: first?.regionId, to: second?.regionId });
});

test('a region killed during a play: the play does not notice', async ({ film, fleet, titleId }) => {
  await film.play(titleId);
  await film.watchFor(1);
  const sinceMs = await film.nowMs();
  await fleet.killRegion(fleet.regions[0]?.regionId ?? '');
  await film.watchFor(6);
  await expectNoStall(film, sinceMs);
  expect(await film.eventsOf('error')).toEqual([]);
});

/** Waits until half of a large segment was delivered, breaks its server, and watches the film for eight more seconds. */
async function breakInHalf(
  film: FilmPage,
  fleet: Fleet,
  titleId: string,
  breakOca: (ocaId: string) => Promise<void>,
): Promise<Breakage> {
  const half = film.halfOf(LARGE_SEGMENT_BYTES);
  expect(await film.play(titleId)).toMatchObject({ ok: true });
  const transfer = await half;
  const atMs = await film.nowMs();
  const ocaId = ocaOf(fleet, transfer);
  await breakOca(ocaId);
  await film.watchFor(8);
  await test.step('the film did not stall', async () => {
    await expectNoStall(film, atMs);
    expect((await film.stats()).state).toBe('playing');
    expect(await film.eventsOf('error')).toEqual([]);
  });
  return { transfer, ocaId, atMs };
}

function ocaOf(fleet: Fleet, { url }: Transfer): string {
  return fleet.ocas.find((oca) => url.startsWith(`${oca.baseUrl}/`))?.ocaId ?? '';
}

async function expectNoStall(film: FilmPage, sinceMs: number): Promise<void> {
  const { withoutMediaMs, withMediaMs } = await film.standstills(sinceMs);
  const { rebufferCount } = await film.stats();
  const description = `${Math.round(withoutMediaMs)} ms without media, ${Math.round(withMediaMs)} ms with media at hand; ${rebufferCount} rebufferings`;
  test.info().annotations.push({ type: 'longest standstill', description });
  expect(withoutMediaMs).toBeLessThan(LONGEST_STALL_MS);
  expect(withMediaMs).toBeLessThan(LONGEST_BUSY_MS);
  expect(await film.stalls()).toEqual([]);
}

/**
 * The first hand-over away from the broken server of a range that ran when it broke, or was asked for after that. A server
 * that only slows may first be hedged and then left before the meeting point: then where it was left is what is proven.
 */
async function handOverOf(film: FilmPage, { ocaId, transfer }: Breakage): Promise<HandOver> {
  const away = (await film.eventsOf('hand-over')).filter(({ from }) => from === ocaId);
  const sameRange = away.filter(
    ({ startByte, endByte }) => startByte <= (transfer.startByte ?? 0) && endByte === transfer.endByte,
  );
  const handOver = sameRange.find(({ reason }) => reason !== 'hedge') ?? sameRange[0] ?? away[0];
  expect(handOver, 'a hand-over away from the broken server').toBeDefined();
  return handOver as HandOver;
}

/** The SDK's ledger is disjoint and complete for the range, and the next server's log begins at the first undelivered byte. */
async function proveEveryByteOnce(film: FilmPage, fleet: Fleet, broken: Breakage, handOver: HandOver): Promise<void> {
  const ledger = await film.ledger();
  const parts = partsOf(ledger.entries, handOver);
  await test.step('the ledger is disjoint and complete', () => {
    let reached = handOver.startByte;
    for (const part of parts.filter(({ requestedFrom, deliveredTo }) => deliveredTo > requestedFrom)) {
      expect(part.requestedFrom, JSON.stringify(parts)).toBe(reached);
      reached = part.deliveredTo;
    }
    expect(reached).toBe(handOver.endByte);
    expect(handOver.atByte).toBe(parts.find(({ ocaId }) => ocaId === handOver.from)?.deliveredTo);
  });
  await test.step('the next server was asked for exactly the first undelivered byte', async () => {
    const next = parts.find(({ ocaId, requestedFrom }) => ocaId === handOver.to && requestedFrom === handOver.atByte);
    const log = await fleet.requestLog(handOver.to);
    const { playId } = await film.stats();
    const asked = log.filter(
      (line) => line.phase === 'start' && line.playId === playId && line.fileId === next?.fileId,
    );
    const firstBytes = asked.map(({ range }) => range?.[0] ?? 0);
    expect(firstBytes).toContain(handOver.atByte);
    expect(firstBytes.filter((first) => first > handOver.startByte && first < handOver.atByte)).toEqual([]);
  });
  const { lostBytes, racedBytes, replacedBytes, probeBytes, deliveredBytes } = ledger.bytes;
  test.info().annotations.push({
    type: 'bytes',
    description:
      `${broken.ocaId} broke in ${handOver.renditionId} segment ${handOver.segmentNumber} [${handOver.startByte}, ${handOver.endByte}); ` +
      `${handOver.to} went on at byte ${handOver.atByte} (${handOver.reason}). ` +
      `delivered ${deliveredBytes}, lost in flight ${lostBytes}, raced ${racedBytes}, replaced ${replacedBytes}, probes ${probeBytes}`,
  });
}

/** What the ledger holds of the range, in the order of its bytes; parts without bytes say who was asked in vain. */
function partsOf(
  entries: readonly LedgerEntry[],
  { renditionId, segmentNumber, startByte, endByte }: HandOver,
): LedgerEntry[] {
  return entries
    .filter((entry) => entry.renditionId === renditionId && entry.segmentNumber === segmentNumber)
    .filter(
      (entry) => entry.requestedFrom >= startByte && entry.deliveredTo <= endByte && entry.outcome !== 'lost-race',
    )
    .sort((a, b) => a.requestedFrom - b.requestedFrom || a.startedAtMs - b.startedAtMs);
}

function faulty(fleet: Fleet, fault: Fault): (ocaId: string) => Promise<void> {
  return (ocaId) => fleet.setFaults(ocaId, [fault]);
}
