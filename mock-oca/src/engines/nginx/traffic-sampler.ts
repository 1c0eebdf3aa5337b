import type { Calm } from '../../admission/calm.ts';
import type { MediaService } from '../../serving/media-service.ts';
import { askAgentSocket } from './agent-client.ts';
import {
  begunRequests,
  doneSince,
  procWorkerCounts,
  runningRequests,
  type WorkerCount,
  type WorkerCounts,
} from './worker-counters.ts';

/** Tells the media service what nginx serves in its name: responses that run, and bytes as they leave, not when they end. */
export class TrafficSampler {
  readonly #socketPath: string;
  readonly #media: MediaService;
  readonly #workers: WorkerCounts;
  #before: ReadonlyMap<number, WorkerCount> = new Map();
  #lookedAtMs = performance.now();
  #ownBefore: number;
  #running = 0;
  readonly #calm: Calm;
  #begunBefore = 0;

  constructor(socketPath: string, media: MediaService, calm: Calm, workers: WorkerCounts = procWorkerCounts) {
    this.#socketPath = socketPath;
    this.#media = media;
    this.#calm = calm;
    this.#workers = workers;
    this.#ownBefore = media.ownBytes;
  }

  /** What nginx sends by itself, by the last look. */
  get running(): number {
    return this.#running;
  }

  async sample(masterPid: number): Promise<void> {
    const counters = await askAgentSocket(this.#socketPath, '/counters');
    const running = runningRequests(counters);
    const begun = begunRequests(counters);
    const now = this.#workers.read(masterPid) ?? this.#before;
    // What Node sends goes through the workers, too.
    const own = this.#media.ownBytes;
    const done = doneSince(this.#before, now);
    const bytes = Math.max(0, done.bytes - (own - this.#ownBefore));
    const nowMs = performance.now();
    // Each worker has one thread that serves.
    const processorShare = done.processorMs / Math.max(1, (nowMs - this.#lookedAtMs) * now.size);
    this.#lookedAtMs = nowMs;
    this.#before = now;
    this.#ownBefore = own;
    this.#running = Math.max(0, running - this.#media.ownConnections);
    // Another nginx counts anew.
    this.#calm.look(bytes, begun >= this.#begunBefore ? begun - this.#begunBefore : begun);
    this.#begunBefore = begun;
    this.#media.countOutside({ connections: this.#running, bytes, processorShare });
  }
}
