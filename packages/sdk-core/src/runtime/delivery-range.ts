import { raceAfterMs, stallDeadlineMs } from '../delivery/deadlines.ts';
import { RangeAssembly } from '../delivery/range-assembly.ts';
import { wasCrawl } from '../delivery/too-slow.ts';
import { PlayerError } from '../errors/player-error.ts';
import { HttpFailure } from '../ports/http-client.ts';
import { CAUTION, rateBelow } from '../server-selection/predict-delivery.ts';
import { Pace } from './delivery-pace.ts';
import { openRaced } from './delivery-race.ts';
import { Lane } from './delivery-range-lane.ts';
import { RangeLanes } from './delivery-range-lanes.ts';
import type { RangeContext, RangeOrder } from './delivery-range-order.ts';
import { Recovery } from './delivery-range-recovery.ts';
import { judgeLane, type OtherServer, watchPace } from './delivery-range-watch.ts';

/** So many second requests for the end of one range, one after the other. */
const MAX_HEDGES = 3;
/** This many times faster, the server of the tail shows that the first one is too slow for what comes. */
const CLEARLY_FASTER = 1.5;

/** One range, from whichever servers: each request starts at the first byte that nobody delivers yet. */
export class RangeDelivery {
  readonly #context: RangeContext;
  readonly #order: RangeOrder;
  readonly #neededAtMs: number;
  readonly #assembly: RangeAssembly<Lane | string>;
  readonly #recovery: Recovery;
  readonly #lanes: RangeLanes;
  #mayRace: boolean;
  #hedgeCount = 0;
  /** Delivers in order. */
  #head: Lane | undefined;
  /** Brings the end of the range beside it. */
  #tail: Lane | undefined;
  #lastOcaId = '';
  /** Whose bytes did not fit last, and where. */
  #refused = { ocaId: '', atByte: -1 };

  constructor(context: RangeContext, order: RangeOrder) {
    this.#context = context;
    this.#order = order;
    this.#neededAtMs = context.clock.nowMs() + order.neededInMs;
    this.#mayRace = order.isFirst;
    this.#assembly = new RangeAssembly(order, (chunk, source) => this.#deliver(chunk, source), order.gate);
    this.#recovery = new Recovery(context, order);
    this.#lanes = new RangeLanes(context, order, this.#assembly, this.#recovery);
  }

  /** Gives the server that delivered the last byte. */
  async perform(): Promise<string> {
    const { signal, keeping } = this.#order;
    const stop = (): void => this.#lanes.stopAll();
    const unlisten = this.#context.alarm.listen((ocaId) =>
      this.#lanes.suspect(ocaId, () => this.#otherThan(ocaId) !== undefined),
    );
    signal.addEventListener('abort', stop);
    try {
      if (keeping.before.length > 0) await this.#deliverKept();
      while (!this.#assembly.isComplete) await this.#goOn();
      return this.#lastOcaId;
    } finally {
      signal.removeEventListener('abort', stop);
      unlisten();
      this.#lanes.settleAll();
      keeping.end(!this.#assembly.isComplete);
    }
  }

  /** What was received before goes first, chunk by chunk as from a server. */
  async #deliverKept(): Promise<void> {
    for (const { bytes, ocaId } of this.#order.keeping.before) {
      await Promise.resolve();
      this.#checkSignal();
      if (this.#assembly.receive(bytes, ocaId) !== undefined) break;
    }
    this.#assembly.leave();
  }

  async #goOn(): Promise<void> {
    this.#checkSignal();
    if (this.#tail && this.#assembly.nextByte === this.#assembly.gapEndByte) return this.#join(this.#tail);
    this.#recovery.check();
    const { averageBps: mediaBps } = this.#order.rendition;
    const choice = this.#context.book.choose({ ...this.#query(), mediaBps, neededInMs: this.#neededInMs() });
    return choice ? this.#attempt(choice.ocaId, choice.bytes) : this.#recovery.nextRound();
  }

  #checkSignal(): void {
    if (this.#order.signal.aborted) throw new HttpFailure('aborted', 'The range was cancelled.');
  }

  async #attempt(ocaId: string, bytes?: number): Promise<void> {
    const { book, outage } = this.#context;
    const grant = book.grant;
    const { lane, others } = await this.#open(ocaId, bytes);
    for (const other of others) this.#lanes.settle(other);
    const { end } = lane.transfer;
    if (!end) {
      if (others.length > 0) book.prefer(lane.ocaId, 'first-byte-late');
      this.#lanes.announce(lane.ocaId);
      this.#head = lane;
      await this.#stream(lane);
      this.#head = undefined;
    } else if (end.outcome === 'status') outage.heard();
    this.#settleHead(lane);
    if (lane.transfer.end?.action?.kind === 'token-expired' && grant)
      await this.#recovery.renewToken(lane.ocaId, grant);
  }

  /** Opens a request, or two against each other for the first bytes of a play. */
  async #open(ocaId: string, bytes?: number): Promise<{ lane: Lane; others: readonly Lane[] }> {
    const { clock, book } = this.#context;
    const { nextByte, gapEndByte } = this.#assembly;
    const endByte = Math.min(gapEndByte, nextByte + (bytes ?? Number.POSITIVE_INFINITY));
    const start = (server: string): Lane => this.#lanes.start(server, nextByte, endByte, bytes !== undefined);
    const lane = start(ocaId);
    if (!this.#mayRace) {
      await lane.transfer.open();
      return { lane, others: [] };
    }
    this.#mayRace = false;
    const others = book.others(ocaId, this.#query());
    const latencies = others.flatMap((other) => book.meter(other.ocaId).latencyMs() ?? []);
    const afterMs = raceAfterMs(latencies.length > 0 ? { fastestOtherMs: Math.min(...latencies) } : {});
    const opened = await openRaced(clock, lane.transfer, afterMs, () => {
      const [second] = book.others(ocaId, this.#query());
      return second && !this.#order.signal.aborted ? start(second.ocaId).transfer : undefined;
    });
    const laneOf = (transfer: Lane['transfer']): Lane => this.#lanes.laneOf(transfer) ?? lane;
    return { lane: laneOf(opened.transfer), others: opened.others.map(laneOf) };
  }

  /** Takes what an opened request brings, to its end. */
  async #stream(lane: Lane): Promise<void> {
    const { book, clock, outage } = this.#context;
    const meter = book.meter(lane.ocaId);
    meter.answered(clock.nowMs() - lane.transfer.startedAtMs);
    outage.heard();
    book.began(lane.ocaId);
    lane.pace = new Pace(clock);
    const unwatch = watchPace(clock, () => this.#judge(lane));
    try {
      await lane.transfer.pump({
        onBytes: (chunk) => {
          lane.pace.received(chunk.length);
          meter.received(chunk.length);
          if (lane !== this.#tail) return this.#refuse(lane, this.#assembly.receive(chunk, lane));
          this.#assembly.hold(chunk);
          return undefined;
        },
        stallMs: (largestGapMs) =>
          stallDeadlineMs({ neededInMs: this.#neededInMs(), largestGapMs, leniency: this.#recovery.leniency }),
      });
    } finally {
      unwatch();
      meter.ended();
    }
  }

  /**
   * A server's bytes do not fit what was delivered. Where another one's did not either, the fault lies in that: the
   * segment must come anew, or every server in turn would be called wrong.
   */
  #refuse({ ocaId }: Lane, problem: string | undefined): string | undefined {
    const { nextByte: atByte } = this.#assembly;
    const { startByte, segmentNumber, rendition, keeping } = this.#order;
    if (problem === undefined) return undefined;
    if (this.#refused.atByte === atByte && this.#refused.ocaId !== ocaId && atByte > startByte) {
      keeping.end(false);
      const context = { fileId: rendition.fileId, segmentNumber, atByte };
      throw new PlayerError('media/decode', 'What came of a segment does not fit its rest.', context);
    }
    this.#refused = { ocaId, atByte };
    return problem;
  }

  #deliver(chunk: Uint8Array, source: Lane | string): void {
    const { record } = this.#context;
    if (source instanceof Lane) {
      source.deliveredBytes += chunk.length;
      record.countDelivered(source.ocaId, chunk.length);
      this.#order.keeping.push({ bytes: chunk, ocaId: source.ocaId });
      this.#lastOcaId = source.ocaId;
    } else {
      record.countReused(chunk.length);
      this.#lastOcaId = source;
    }
    this.#order.onBytes(chunk);
  }

  #settleHead(lane: Lane): void {
    const { end } = lane.transfer;
    // The halves meet inside of a box that is still held back.
    const isDone = end?.outcome === 'hedge' || end?.outcome === 'complete';
    if (isDone && lane.deliveredTo < end.receivedTo) this.#assembly.openGate(lane);
    this.#assembly.leave();
    if (this.#tail && end?.outcome === 'hedge') this.#compare(lane, this.#tail);
    this.#lanes.settle(lane);
    if (end?.outcome !== 'complete') return;
    // Too little was missing to leave it for.
    const pace = lane.pace.range();
    if (wasCrawl(pace, this.#order.rendition.averageBps, () => this.#otherThan(lane.ocaId)?.bps ?? 0))
      this.#context.book.noteTooSlow(lane.ocaId, pace.mostBps);
  }

  #judge(lane: Lane): void {
    if (lane === this.#tail || lane.transfer.end) return;
    const { nextByte, gapEndByte } = this.#assembly;
    const verdict = judgeLane(lane, {
      reachedByte: nextByte,
      endByte: Math.min(gapEndByte, lane.transfer.plan.endByte),
      neededInMs: this.#neededInMs(),
      mediaBps: this.#order.rendition.averageBps,
      latencyMs: this.#context.book.meter(lane.ocaId).latencyMs() ?? 0,
      hedge: this.#hedgeState(lane),
      other: (forPart) => this.#otherThan(lane.ocaId, forPart),
    });
    if (verdict.act === 'hedge') this.#hedge(lane, verdict.ocaId, verdict.meetByte);
    else if (verdict.act === 'leave-suspect') this.#lanes.leaveSuspect(lane);
    else if (verdict.act === 'leave') {
      this.#context.book.noteTooSlow(lane.ocaId, verdict.bps);
      lane.transfer.stop('too-slow');
    }
  }

  #hedgeState(lane: Lane): 'may' | 'none' | 'running' | 'waiting' {
    if (this.#tail) return this.#tail.transfer.end ? 'waiting' : 'running';
    return lane.isPiece || this.#hedgeCount >= MAX_HEDGES ? 'none' : 'may';
  }

  #hedge(head: Lane, ocaId: string, meetByte: number): void {
    this.#hedgeCount++;
    const tail = this.#lanes.start(ocaId, meetByte, this.#order.endByte);
    this.#tail = tail;
    this.#assembly.openTail(meetByte, tail);
    head.transfer.limitTo(meetByte);
    tail.done = this.#runTail(tail);
  }

  async #runTail(tail: Lane): Promise<void> {
    if (!(await tail.transfer.open())) await this.#stream(tail);
    const { end, plan } = tail.transfer;
    if (tail !== this.#tail || !end) return;
    this.#lanes.conclude(tail, end);
    if (end.receivedTo > plan.startByte) return;
    // It brought nothing: the first one simply goes on.
    this.#tail = undefined;
    this.#assembly.dropTail();
    this.#head?.transfer.limitTo(this.#head.transfer.plan.endByte);
    this.#lanes.settle(tail);
  }

  /** The first half is there: what was held of the second goes on, and what still comes of it follows in order. */
  async #join(tail: Lane): Promise<void> {
    this.#tail = undefined;
    this.#lanes.announce(tail.ocaId);
    const found = this.#refuse(tail, this.#assembly.joinTail());
    if (found !== undefined) tail.transfer.stop('cancelled');
    this.#head = tail;
    await tail.done;
    this.#head = undefined;
    this.#assembly.leave();
    this.#lanes.settle(tail, found);
  }

  /** What comes next is not to begin at a server that had to be helped. */
  #compare(head: Lane, tail: Lane): void {
    const { book } = this.#context;
    const { mostBps } = head.pace.range();
    const tailBps = book.meter(tail.ocaId).throughputBps() ?? 0;
    if (tailBps < mostBps * CLEARLY_FASTER) return;
    const wasPreferred = book.preferredId === head.ocaId;
    book.noteTooSlow(head.ocaId, mostBps);
    if (wasPreferred) book.prefer(tail.ocaId, 'too-slow');
  }

  #otherThan(ocaId: string, forPart = false): OtherServer | undefined {
    const { book } = this.#context;
    const query = this.#query();
    const [other] = book.others(ocaId, query, forPart);
    if (!other) return undefined;
    const bps = rateBelow(other.belief, CAUTION);
    // Ranks compare longer ranges; here so little may be left that a crawl seems no worse.
    const restMs = other.latencyMs + (query.bytes * 8000) / bps;
    const predictedMs = this.#hedgeCount === 0 ? restMs : other.predictedMs;
    return { ...other, bps, predictedMs, hasAnswered: book.meter(other.ocaId).heardAtMs !== undefined };
  }

  #query() {
    const { nextByte, gapEndByte } = this.#assembly;
    return { fileId: this.#order.rendition.fileId, bytes: gapEndByte - nextByte, avoid: this.#recovery.avoid };
  }

  #neededInMs(): number {
    return Math.max(0, this.#neededAtMs - this.#context.clock.nowMs());
  }
}
