import type { HealthReport, OcaControlStatus } from '@pressplay/protocol/messages';
import type { Hono } from 'hono';
import type { OcaDeps } from './deps.ts';
import { createControlRoutes, opensControl } from './faults/control-routes.ts';
import { isControlTarget } from './faults/control-target.ts';
import { copyPace } from './fill/copy-pace.ts';
import { FillAgent, type FillSummary } from './fill/fill-agent.ts';
import {
  capacityLeftBps,
  DISK_ERROR_WINDOW_MS,
  type DiskSample,
  HEALTHY,
  type Health,
  type HealthSample,
  judgeHealth,
  loadsOf,
  strainOf,
} from './health/judge-health.ts';
import { MachineWatch } from './health/machine-watch.ts';
import { ocaMetrics } from './health/oca-metrics.ts';
import { RegionReporter } from './health/region-reporter.ts';
import { OcaConfig } from './oca-config.ts';
import { announcedRoutes } from './routes/announced-routes.ts';
import { type RouteSource, staticRoutes } from './routes/route-source.ts';
import { MediaAnswer } from './serving/media-answer.ts';
import { MediaService } from './serving/media-service.ts';
import type { RequestHead } from './serving/plan-response.ts';
import { renderResponse } from './serving/render-response.ts';

const TEND_DISKS_MS = 1000;
const LOOK_MS = 500;

/** An appliance without a socket. Throws on a configuration that makes no sense. */
export function createOca(deps: OcaDeps): Oca {
  return new Oca(OcaConfig.parse(deps.config), deps);
}

export class Oca {
  readonly ocaId: string;
  /** What the engines perform. */
  readonly media: MediaService;
  readonly control: Hono;
  readonly #config: OcaConfig;
  readonly #deps: OcaDeps;
  readonly #fill: FillAgent;
  readonly #reporter: RegionReporter;
  readonly #routes: RouteSource;
  readonly #startedAtMs: number;
  #stop = new AbortController();
  #health: Health = HEALTHY;
  #diskErrorsAtMs: readonly number[] = [];
  #draining = false;
  readonly #machine = new MachineWatch();

  constructor(config: OcaConfig, deps: OcaDeps) {
    this.#routes = deps.routes ?? staticRoutes(announcedRoutes(config.routes));
    this.ocaId = config.ocaId;
    this.#config = config;
    this.#deps = deps;
    this.#startedAtMs = deps.clock.nowMs();
    this.media = new MediaService(config, deps, () => this.#diskFailed());
    this.#fill = new FillAgent(
      config,
      deps,
      () => void this.#reporter.reportOnce(this.#stop.signal),
      () => this.#copyPaceBps(),
    );
    this.#reporter = new RegionReporter(config, deps, {
      health: () => this.health(),
      routes: () => this.#routes.routes(),
      fileIds: () => deps.disks.list().map((file) => file.fileId),
    });
    deps.disks.onChange?.(() => {
      this.#judge();
      void this.#reporter.reportOnce(this.#stop.signal);
    });
    this.#routes.onChange(() => void this.#reporter.reportOnce(this.#stop.signal));
    this.control = createControlRoutes({
      isControlToken: (token) => opensControl(config, token, deps.clock.wallMs()),
      status: () => this.status(),
      health: () => this.health(),
      metrics: () => this.#metrics(),
      setFaults: (faults) => this.media.faults.set(faults),
    });
  }

  /** Media and control routes. Rejects, as a broken connection, when a fault cuts before the head. */
  async fetch(request: Request, peer: { readonly clientAddress: string }): Promise<Response> {
    if (isControlTarget(new URL(request.url).pathname)) return this.control.fetch(request);
    return renderResponse(this.media, request, peer.clientAddress);
  }

  /** A media request and its answer as plain data, for a host in the same process. Its chunks are not to be changed. */
  answer(head: RequestHead, options?: { readonly chunkBytes?: number }): MediaAnswer {
    return new MediaAnswer(this.media, head, options);
  }

  /** One round of filling. */
  fillOnce(): Promise<FillSummary> {
    return this.#fill.fillOnce(this.#stop.signal);
  }

  /** One report to every region. */
  reportOnce(): Promise<void> {
    return this.#reporter.reportOnce(this.#stop.signal);
  }

  /** Starts the loops: reports and filling. */
  start(): void {
    if (this.#stop.signal.aborted) this.#stop = new AbortController();
    const { signal } = this.#stop;
    const { reportIntervalMs, fillIntervalMs } = this.#config;
    // A region gives no fill manifest to an OCA it has not heard of.
    const firstReport = this.#reporter.reportOnce(signal);
    this.#loop(signal, async () => {
      void this.#reporter.reportToIdle(signal);
      return reportIntervalMs;
    });
    if (this.#deps.disks.tend) this.#loop(signal, () => this.#tendDisks());
    this.#watchMachine(signal);
    this.#loop(signal, async () => {
      await firstReport;
      const { refreshInMs = fillIntervalMs } = await this.#fill.fillOnce(signal);
      return Math.min(fillIntervalMs, refreshInMs);
    });
  }

  /** Ends the loops and breaks what still runs. Safe to call twice. */
  stop(): void {
    this.#stop.abort();
    this.media.cutAll();
  }

  /** Takes no new requests from now on, and tells the regions so. Running responses go on. */
  async drain(): Promise<void> {
    this.#draining = true;
    this.#judge();
    await this.reportOnce();
  }

  health(): HealthReport {
    const { ocaId, siteId, baseUrl, capacityBps } = this.#config;
    const { verdict, reason } = this.#judge();
    const loads = loadsOf(this.#sample());
    return {
      ocaId,
      siteId,
      baseUrl,
      verdict,
      reason,
      capacityBps,
      capacityLeftBps: verdict === 'healthy' || verdict === 'saturated' ? capacityLeftBps(loads, capacityBps) : 0,
      loads: rounded(loads),
      trafficBps: Math.round(this.media.trafficBps()),
      connections: this.media.connections,
      servedBytes: this.media.servedBytes,
      uptimeMs: Math.round(this.#deps.clock.nowMs() - this.#startedAtMs),
    };
  }

  status(): OcaControlStatus {
    const { ocaId, trafficBps, connections, servedBytes, verdict } = this.health();
    const faults = [...this.media.faults.current];
    const [fileCount, routes] = [this.#deps.disks.list().length, this.#routes.status()];
    return { ocaId, faults, fileCount, connections, trafficBps, servedBytes, verdict, routes };
  }

  #metrics(): string {
    const { disks } = this.#deps;
    return ocaMetrics({
      health: this.health(),
      disks: disks.disks?.() ?? [],
      fileCount: disks.list().length,
      faults: this.media.faults.current.length,
      counts: this.media.counts,
    });
  }

  #copyPaceBps(): number {
    const busiest = Math.max(...Object.values(loadsOf(this.#sample())));
    return copyPace(busiest, this.media.connections, this.#config.capacityBps).rateBps;
  }

  #sample(): HealthSample {
    const nowMs = this.#deps.clock.nowMs();
    const { capacityBps, maxConnections } = this.#config;
    this.#diskErrorsAtMs = this.#diskErrorsAtMs.filter((atMs) => nowMs - atMs < DISK_ERROR_WINDOW_MS);
    return {
      trafficBps: this.media.trafficBps(),
      capacityBps,
      connections: this.media.connections,
      maxConnections,
      recentDiskErrors: this.#diskErrorsAtMs.length,
      draining: this.#draining,
      disks: this.#disks(),
      machine: this.#deps.vitals && this.#machine.mean,
    };
  }

  #judge(): Health {
    const sample = this.#sample();
    const before = this.#health;
    this.#health = judgeHealth(before, sample, this.#deps.clock.nowMs());
    this.media.shed = this.#health.shed;
    this.media.strainShare = strainOf(loadsOf(sample));
    if (before.verdict !== this.#health.verdict) {
      this.#deps.log('info', `health: ${this.#health.verdict}`, {
        reason: this.#health.reason,
        before: before.verdict,
      });
    }
    return this.#health;
  }

  /** Looks at the machine, and judges anew, though nobody asks. */
  #watchMachine(signal: AbortSignal): void {
    const { vitals, clock } = this.#deps;
    if (!vitals) return;
    let lookedAtMs = clock.nowMs();
    this.#loop(signal, async () => {
      const passedMs = clock.nowMs() - lookedAtMs;
      lookedAtMs = clock.nowMs();
      const machine = vitals();
      const processorShare = Math.max(machine.processorShare, this.media.outsideProcessorShare);
      if (passedMs > 0) this.#machine.look({ ...machine, processorShare }, LOOK_MS, passedMs - LOOK_MS);
      this.#judge();
      return LOOK_MS;
    });
  }

  async #tendDisks(): Promise<number> {
    await this.#deps.disks.tend?.();
    return TEND_DISKS_MS;
  }

  #disks(): DiskSample | undefined {
    const disks = this.#deps.disks.disks?.();
    if (!disks) return undefined;
    const serving = disks.filter((disk) => disk.state !== 'out');
    return { all: disks.length, serving: serving.length, delaysMs: serving.map((disk) => disk.delayMs) };
  }

  #diskFailed(): void {
    this.#diskErrorsAtMs = [...this.#diskErrorsAtMs, this.#deps.clock.nowMs()].slice(-1000);
    this.#judge();
  }

  /** Runs `round` again and again; it says after how many milliseconds. */
  #loop(signal: AbortSignal, round: () => Promise<number>): void {
    let cancel = (): void => {};
    signal.addEventListener('abort', () => cancel());
    const failed = (error: unknown): number => {
      this.#deps.log('error', 'a background round failed', { error: String(error) });
      return this.#config.reportIntervalMs;
    };
    const run = async (): Promise<void> => {
      const waitMs = await round().catch(failed);
      if (!signal.aborted) cancel = this.#deps.clock.schedule(waitMs, () => void run());
    };
    void run();
  }
}

/** What a person reads, and a region stores once a second. */
function rounded<T extends Readonly<Record<string, number>>>(shares: T): T {
  return Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, Number(share.toFixed(3))])) as T;
}
