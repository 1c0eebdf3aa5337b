import { CancelController, type RangeRequest, type RenditionView } from '@pressplay/sdk-core';

type FetchRange = (request: RangeRequest) => Promise<void>;

interface Begun {
  readonly rendition: RenditionView;
  readonly segmentNumber: number;
  readonly startByte: number;
  readonly endByte: number;
  readonly cancel: CancelController;
  /** What came before anybody asked. */
  readonly chunks: Uint8Array[];
  receive: ((chunk: Uint8Array) => void) | undefined;
  delivered: Promise<void>;
}

/**
 * The first segments, asked for before hls.js gets around to it: until it has read its playlists and opened its media
 * source, the connection to the server is made and bytes come. What hls.js then asks for it finds under way; what it
 * does not ask for is cancelled.
 */
export class HeadStart {
  readonly #fetchRange: FetchRange;
  #begun: readonly Begun[] = [];

  constructor(fetchRange: FetchRange) {
    this.#fetchRange = fetchRange;
  }

  /** Resolves when all is there, asked for or not. Without effect where the rendition has no such segment. */
  begin(rendition: RenditionView | undefined, segmentNumber: number): Promise<void> {
    const segment = rendition?.segments[segmentNumber];
    if (!rendition || !segment) return Promise.resolve();
    const { startByte, endByte } = segment;
    const cancel = new CancelController();
    const begun: Begun = {
      ...{ rendition, segmentNumber, startByte, endByte, cancel },
      chunks: [],
      receive: undefined,
      delivered: Promise.resolve(),
    };
    const onBytes = (chunk: Uint8Array): void => {
      if (begun.receive) begun.receive(chunk);
      else begun.chunks.push(chunk);
    };
    begun.delivered = this.#fetchRange({
      rendition,
      segmentNumber,
      startByte,
      endByte,
      onBytes,
      signal: cancel.signal,
    });
    // A failure is told to who asks for the range.
    begun.delivered.catch(() => undefined);
    this.#begun = [...this.#begun, begun];
    return begun.delivered;
  }

  /** What was chosen for a video segment that waits to be asked for. */
  renditionFor(segmentNumber: number): RenditionView | undefined {
    return this.#begun.find((begun) => begun.rendition.kind === 'video' && begun.segmentNumber === segmentNumber)
      ?.rendition;
  }

  /** Goes on with what was begun, or begins. */
  fetchRange(request: RangeRequest): Promise<void> {
    const { rendition, startByte, endByte, onBytes, signal } = request;
    const ofKind = this.#begun.filter((begun) => begun.rendition.kind === rendition.kind);
    this.#begun = this.#begun.filter((begun) => !ofKind.includes(begun));
    const same = ofKind.find(
      (begun) => begun.rendition === rendition && begun.startByte === startByte && begun.endByte === endByte,
    );
    for (const other of ofKind) if (other !== same) other.cancel.cancel();
    if (!same) return this.#fetchRange(request);
    const cancel = (): void => same.cancel.cancel();
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel);
    for (const chunk of same.chunks.splice(0)) onBytes(chunk);
    same.receive = onBytes;
    return same.delivered.finally(() => signal?.removeEventListener('abort', cancel));
  }

  /** Cancels what nobody asked for. */
  close(): void {
    for (const { cancel } of this.#begun) cancel.cancel();
    this.#begun = [];
  }
}
