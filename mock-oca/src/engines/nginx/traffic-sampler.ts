import type { MediaService } from '../../serving/media-service.ts';
import { askAgentSocket } from './agent-client.ts';
import { bytesSince, procWorkerBytes, runningRequests, type WorkerBytes } from './worker-counters.ts';

/** Tells the media service what nginx serves in its name: responses that run, and bytes as they leave, not when they end. */
export class TrafficSampler {
  readonly #socketPath: string;
  readonly #media: MediaService;
  readonly #workerBytes: WorkerBytes;
  #before: ReadonlyMap<number, number> = new Map();
  #ownBefore: number;
  #running = 0;

  constructor(socketPath: string, media: MediaService, workerBytes: WorkerBytes = procWorkerBytes) {
    this.#socketPath = socketPath;
    this.#media = media;
    this.#workerBytes = workerBytes;
    this.#ownBefore = media.ownBytes;
  }

  /** What nginx sends by itself, by the last look. */
  get running(): number {
    return this.#running;
  }

  async sample(masterPid: number): Promise<void> {
    const running = runningRequests(await askAgentSocket(this.#socketPath, '/counters'));
    const now = this.#workerBytes.read(masterPid) ?? this.#before;
    // What Node sends goes through the workers, too.
    const own = this.#media.ownBytes;
    const bytes = Math.max(0, bytesSince(this.#before, now) - (own - this.#ownBefore));
    this.#before = now;
    this.#ownBefore = own;
    this.#running = Math.max(0, running - this.#media.ownConnections);
    this.#media.countOutside({ connections: this.#running, bytes });
  }
}
