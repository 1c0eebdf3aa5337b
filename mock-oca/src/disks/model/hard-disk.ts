/** What a 7,200 rpm disk of some terabytes costs. Places are bytes from the outer edge. */
export interface HardDiskGeometry {
  readonly sizeBytes: number;
  readonly revolutionMs: number;
  readonly trackToTrackMs: number;
  readonly fullStrokeMs: number;
  readonly outerBytesPerMs: number;
  readonly innerBytesPerMs: number;
  /** Each command's own cost. */
  readonly commandMs: number;
  /** From the drive's buffer. */
  readonly interfaceBytesPerMs: number;
  readonly bufferSegments: number;
  /** The drive reads on after a command by so much while it has nothing to do. */
  readonly prefetchBytes: number;
}

export const HARD_DISK: Omit<HardDiskGeometry, 'sizeBytes'> = {
  revolutionMs: 60_000 / 7200,
  trackToTrackMs: 0.3,
  fullStrokeMs: 14,
  outerBytesPerMs: 190_000,
  innerBytesPerMs: 95_000,
  commandMs: 0.08,
  interfaceBytesPerMs: 550_000,
  bufferSegments: 16,
  prefetchBytes: 4 * 1024 * 1024,
};

/** A stretch that the drive holds in its buffer. */
interface Segment {
  readonly startByte: number;
  endByte: number;
  /** How far it may read on. */
  limitByte: number;
}

/** Seek by distance, rotation, transfer by zone, and a buffer with read-ahead. Deterministic; times in milliseconds. */
export class HardDisk {
  readonly #geometry: HardDiskGeometry;
  #headByte = 0;
  #knownUntilMs = 0;
  #segments: Segment[] = [];
  /** The segment that the head goes on filling while idle. */
  #active: Segment | undefined;
  positionings = 0;

  constructor(geometry: HardDiskGeometry) {
    this.#geometry = geometry;
  }

  /** What a read would cost the arm if it began at `atMs`: the drive does the cheapest first. */
  priority(startByte: number, bytes: number, atMs: number): number {
    this.#advance(atMs);
    const segment = this.#segmentOf(startByte);
    if (segment && startByte + bytes <= segment.endByte) return -2;
    if (segment && segment === this.#active) return -1;
    return this.#positioningMs(segment?.endByte ?? startByte, atMs);
  }

  /** Performs a read that begins at `atMs`; when it is done. */
  read(startByte: number, bytes: number, atMs: number): number {
    this.#advance(atMs);
    const { commandMs, interfaceBytesPerMs } = this.#geometry;
    const endByte = startByte + bytes;
    const segment = this.#segmentOf(startByte) ?? this.#newSegment(startByte);
    segment.limitByte = Math.max(segment.limitByte, endByte + this.#geometry.prefetchBytes);
    if (endByte <= segment.endByte) return atMs + commandMs + bytes / interfaceBytesPerMs;
    const transferMs = (endByte - segment.endByte) / this.#rateAt(segment.endByte);
    const isNext = segment === this.#active;
    const positionMs = isNext ? 0 : this.#positioningMs(segment.endByte, atMs);
    if (!isNext) this.positionings += 1;
    this.#active = segment;
    segment.endByte = endByte;
    this.#headByte = endByte;
    this.#knownUntilMs = atMs + positionMs + transferMs + (isNext ? 0 : commandMs);
    return this.#knownUntilMs + (isNext ? commandMs : 0);
  }

  #newSegment(startByte: number): Segment {
    const segment = { startByte, endByte: startByte, limitByte: startByte };
    this.#segments = [segment, ...this.#segments].slice(0, this.#geometry.bufferSegments);
    return segment;
  }

  /** What the head has read on meanwhile. */
  #advance(nowMs: number): void {
    if (nowMs <= this.#knownUntilMs) return;
    const active = this.#active;
    if (active) {
      const reached = active.endByte + (nowMs - this.#knownUntilMs) * this.#rateAt(active.endByte);
      active.endByte = Math.max(
        active.endByte,
        Math.min(this.#geometry.sizeBytes, active.limitByte, Math.floor(reached)),
      );
      this.#headByte = active.endByte;
    }
    this.#knownUntilMs = nowMs;
  }

  #segmentOf(byte: number): Segment | undefined {
    return this.#segments.find((segment) => byte >= segment.startByte && byte <= segment.endByte);
  }

  #positioningMs(toByte: number, atMs: number): number {
    const { sizeBytes, revolutionMs, trackToTrackMs, fullStrokeMs, commandMs } = this.#geometry;
    const distance = Math.abs(this.#headByte - toByte) / sizeBytes;
    const seekMs = distance < 1e-6 ? 0 : trackToTrackMs + (fullStrokeMs - trackToTrackMs) * Math.sqrt(distance);
    const arrivedAtMs = atMs + commandMs + seekMs;
    const wait = this.#angleOf(toByte) - ((arrivedAtMs / revolutionMs) % 1);
    return seekMs + (wait < 0 ? wait + 1 : wait) * revolutionMs;
  }

  /** Where on its track a byte lies, of one turn. */
  #angleOf(byte: number): number {
    const trackBytes = this.#rateAt(byte) * this.#geometry.revolutionMs;
    return (byte % trackBytes) / trackBytes;
  }

  #rateAt(byte: number): number {
    const { sizeBytes, outerBytesPerMs, innerBytesPerMs } = this.#geometry;
    return outerBytesPerMs + (innerBytesPerMs - outerBytesPerMs) * (byte / sizeBytes);
  }
}
