import type { HealthReport, InventoryReport, Route, RoutesReport } from '@pressplay/protocol/messages';
import { callControlPlane } from '../deadline.ts';
import type { OcaDeps } from '../deps.ts';
import type { OcaConfig } from '../oca-config.ts';

/** Below the time after which a region takes silence for illness. */
const REPORT_DEADLINE_MS = 2000;
/** A region that restarted between two reports has forgotten: everything is told again so often. */
const REPEAT_AFTER_MS = 10_000;

export interface ReportSources {
  health(): HealthReport;
  routes(): Route[];
  fileIds(): string[];
}

interface RegionState {
  readonly regionId: string;
  readonly baseUrl: string;
  busy: boolean;
  answered: boolean | undefined;
  toldAtMs: number;
  toldInventory: string | undefined;
}

/** Tells every region, each on its own, so that a dead or hanging one delays no other. */
export class RegionReporter {
  readonly #config: OcaConfig;
  readonly #deps: Pick<OcaDeps, 'clock' | 'http' | 'log'>;
  readonly #sources: ReportSources;
  readonly #regions: readonly RegionState[];

  constructor(config: OcaConfig, deps: Pick<OcaDeps, 'clock' | 'http' | 'log'>, sources: ReportSources) {
    this.#config = config;
    this.#deps = deps;
    this.#sources = sources;
    const fresh = { busy: false, answered: undefined, toldAtMs: Number.NEGATIVE_INFINITY, toldInventory: undefined };
    this.#regions = config.regions.map((region) => ({ ...region, ...fresh }));
  }

  /** One report to every region that is not still being told. Resolves when each answered or ran out of time. */
  async reportOnce(stop?: AbortSignal): Promise<void> {
    await Promise.all(this.#regions.filter((region) => !region.busy).map((region) => this.#report(region, stop)));
  }

  async #report(region: RegionState, stop?: AbortSignal): Promise<void> {
    region.busy = true;
    try {
      const inventory = this.#sources.fileIds();
      const inventoryKey = inventory.join();
      const everything = region.answered !== true || this.#deps.clock.nowMs() - region.toldAtMs >= REPEAT_AFTER_MS;
      if (everything)
        await this.#put<RoutesReport>(
          region,
          'routes',
          { ocaId: this.#config.ocaId, routes: this.#sources.routes() },
          stop,
        );
      if (everything || inventoryKey !== region.toldInventory) {
        await this.#put<InventoryReport>(region, 'inventory', { ocaId: this.#config.ocaId, fileIds: inventory }, stop);
        region.toldInventory = inventoryKey;
      }
      if (everything) region.toldAtMs = this.#deps.clock.nowMs();
      await this.#put<HealthReport>(region, 'health', this.#sources.health(), stop);
      this.#answered(region, true);
    } catch (error) {
      if (!stop?.aborted) this.#answered(region, false, error);
    } finally {
      region.busy = false;
    }
  }

  async #put<T>(region: RegionState, what: string, body: T, stop?: AbortSignal): Promise<void> {
    const url = `${region.baseUrl}/v1/ocas/${this.#config.ocaId}/${what}`;
    await callControlPlane(
      this.#deps,
      { method: 'PUT', url, bearer: this.#config.ocaToken, body },
      REPORT_DEADLINE_MS,
      stop,
    );
  }

  #answered(region: RegionState, answered: boolean, error?: unknown): void {
    if (region.answered === answered) return;
    region.answered = answered;
    if (answered) this.#deps.log('info', 'region takes reports', { regionId: region.regionId });
    else this.#deps.log('warn', 'region takes no reports', { regionId: region.regionId, error: String(error) });
  }
}
