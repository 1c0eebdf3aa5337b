import { checkLedger } from '../delivery/check-ledger.ts';
import { fragmentedMp4 } from '../engine/index.ts';
import type { RenditionView } from '../manifest/presentation.ts';
import type { PlayerEvents } from '../player-events.ts';
import { CancelController, type CancelSignal } from '../ports/cancel-signal.ts';
import { Delivery, type DeliveryGrant, type DeliveryOptions, type RenewReason } from '../runtime/delivery.ts';
import { asSegment } from './sample-segment.ts';
import { patternBytes, ScriptedHttp, type ScriptedServer } from './scripted-http.ts';
import { VirtualClock } from './virtual-clock.ts';

export interface DeliveryWorldOptions extends DeliveryOptions {
  /** The file is a segment of fragmented MP4, and its boxes are checked. */
  readonly checksSegments?: boolean;
  readonly serverCount?: number;
  readonly sizeBytes?: number;
  readonly averageBps?: number;
  /** Site of each server; by default every server has its own. */
  readonly siteOf?: (index: number) => string;
  readonly renewGrant?: (reason: RenewReason, world: DeliveryWorld) => Promise<DeliveryGrant | undefined>;
}

export interface Fetched {
  readonly bytes: Uint8Array;
  readonly tookMs: number;
  /** What `checkLedger` found wrong with the entries of this range. */
  readonly problems: readonly string[];
}

export const FILE_ID = '00112233445566778899aabbccddeeff';

/** A delivery over scripted servers `a`, `b`, `c`... that all hold one file. */
export class DeliveryWorld {
  readonly clock: VirtualClock = new VirtualClock();
  readonly http: ScriptedHttp = new ScriptedHttp(this.clock);
  readonly servers: readonly ScriptedServer[];
  readonly file: Uint8Array;
  readonly rendition: RenditionView;
  readonly delivery: Delivery;
  readonly grant: DeliveryGrant;
  readonly probes: PlayerEvents['probe'][] = [];
  readonly changes: PlayerEvents['server-changed'][] = [];
  readonly handOvers: (PlayerEvents['hand-over'] & { readonly atMs: number })[] = [];
  readonly delivered: PlayerEvents['segment-delivered'][] = [];
  readonly renewals: RenewReason[] = [];

  constructor(options: DeliveryWorldOptions = {}) {
    const {
      serverCount = 2,
      sizeBytes = 1_000_000,
      averageBps = 1_000_000,
      siteOf = (index) => `site-${index}`,
    } = options;
    this.file = options.checksSegments ? asSegment(patternBytes(sizeBytes)) : patternBytes(sizeBytes);
    const names = Array.from({ length: serverCount }, (_, index) => String.fromCharCode(97 + index));
    this.servers = names.map((name) => this.http.add(name));
    this.rendition = renditionOf(sizeBytes, averageBps);
    for (const server of this.servers) server.files.set(FILE_ID, { bytes: this.file, etag: this.rendition.etag });
    this.grant = {
      token: 'token-1',
      expiresAtMs: 6 * 3_600_000,
      servers: names.map((ocaId, rank) => ({
        ocaId,
        siteId: siteOf(rank),
        siteClass: 'embedded',
        baseUrl: `http://${ocaId}.test`,
        rank,
      })),
      fileServers: { [FILE_ID]: names.map((_, index) => index) },
    };
    this.delivery = new Delivery(
      { clock: this.clock, http: this.http.client, random: () => 0.5 },
      {
        onProbe: (event) => this.probes.push(event),
        onServerChanged: (event) => this.changes.push(event),
        onHandOver: (event) => this.handOvers.push({ ...event, atMs: this.clock.nowMs() }),
        onSegmentDelivered: (event) => this.delivered.push(event),
        renewGrant: (reason) => {
          this.renewals.push(reason);
          return options.renewGrant?.(reason, this) ?? Promise.resolve(undefined);
        },
      },
      { ...options, segmentGate: options.checksSegments ? fragmentedMp4 : undefined },
    );
    this.delivery.use(this.grant);
  }

  /** Fetches a range to its end in virtual time; `meanwhile` runs as soon as it was asked for. */
  async fetch(
    range: { startByte?: number; endByte?: number; neededInMs?: number; signal?: CancelSignal } = {},
    meanwhile: () => void = () => {},
  ): Promise<Fetched> {
    const { startByte = 0, endByte = this.file.length, neededInMs = 10_000, signal } = range;
    const chunks: Uint8Array[] = [];
    const startedAtMs = this.clock.nowMs();
    const firstEntry = this.delivery.ledger().entries.length;
    const fetching = this.delivery.fetchRange({
      rendition: this.rendition,
      segmentNumber: 0,
      startByte,
      endByte,
      neededInMs,
      onBytes: (chunk) => chunks.push(chunk),
      ...(signal ? { signal } : {}),
    });
    meanwhile();
    await this.clock.resolve(fetching, 600_000);
    const entries = this.delivery.ledger().entries.slice(firstEntry);
    const problems = checkLedger(entries, { fileId: FILE_ID, startByte, endByte });
    return { bytes: concat(chunks), tookMs: this.clock.nowMs() - startedAtMs, problems };
  }

  /** Runs `act` at `delayMs` from now. */
  after(delayMs: number, act: () => void): void {
    this.clock.schedule(delayMs, act);
  }

  /** Media requests, without probes, as `server:first-end`. */
  requests(): readonly string[] {
    return this.http.exchanges
      .filter(({ range }) => range && !isProbe(range))
      .map(({ serverName, range }) => `${serverName}:${range?.join('-')}`);
  }
}

const isProbe = ([first, end]: readonly [number, number]): boolean => end - first === 2048 && first <= 2048;

export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** A signal that fires when told to. */
export function cancellation(): CancelController {
  return new CancelController();
}

function renditionOf(sizeBytes: number, averageBps: number): RenditionView {
  return {
    renditionId: 'v1',
    kind: 'video',
    fileId: FILE_ID,
    etag: '"112233-f4240"',
    sizeBytes,
    codec: 'avc1.64001f',
    averageBps,
    peakBps: averageBps * 2,
    initBytes: new Uint8Array(),
    segments: [{ startMs: 0, durationMs: 4000, startByte: 0, endByte: sizeBytes }],
  };
}

/** What is wrong with what was fetched of a range: it shall be the right bytes, each once and in order. */
export function wrongIn(
  { file }: DeliveryWorld,
  { bytes, problems }: Fetched,
  startByte = 0,
  endByte: number = file.length,
): readonly string[] {
  const wanted = file.subarray(startByte, endByte);
  const isRight = bytes.length === wanted.length && wanted.every((byte, at) => bytes[at] === byte);
  return isRight ? problems : [`not bytes ${startByte} to ${endByte} of the file`, ...problems];
}
