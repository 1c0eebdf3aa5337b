import type { HealthReport, InventoryReport, ReportAnswer, Route, RoutesReport } from '@pressplay/protocol/messages';
import { callControlPlane } from '../deadline.ts';
import type { OcaDeps } from '../deps.ts';
import type { OcaConfig } from '../oca-config.ts';

/** Below the time after which a region takes silence for illness. */
const REPORT_DEADLINE_MS = 2000;
/** A region that restarted between two reports has forgotten: everything is told again so often. */
const REPEAT_AFTER_MS = 10_000;

export interface ReportSources {
  health(): HealthReport;
  /** The same array as long as nothing has changed. */
  routes(): readonly Route[];
  fileIds(): string[];
}

interface RegionState {
  readonly regionId: string;
  readonly baseUrl: string;
  /** The report under way, and whether another one is to follow it. */
  running: Promise<void> | undefined;
  again: boolean;
  answered: boolean | undefined;
  toldAtMs: number;
  toldInventory: string | undefined;
  toldRoutes: readonly Route[] | undefined;
}

/** Tells every region, each on its own, so that a dead or hanging one delays no other. */
export class RegionReporter {
  readonly #config: OcaConfig;
  readonly #deps: Pick<OcaDeps, 'clock' | 'http' | 'textHttp' | 'log'>;
  readonly #sources: ReportSources;
  readonly #regions: readonly RegionState[];

  constructor(config: OcaConfig, deps: Pick<OcaDeps, 'clock' | 'http' | 'textHttp' | 'log'>, sources: ReportSources) {
    this.#config = config;
    this.#deps = deps;
    this.#sources = sources;
    const fresh = {
      running: undefined,
      again: false,
      answered: undefined,
      toldAtMs: Number.NEGATIVE_INFINITY,
      toldInventory: undefined,
      toldRoutes: undefined,
    };
    this.#regions = config.regions.map((region) => ({ ...region, ...fresh }));
  }

  /** One report to every region. Resolves when each was told what is true now, or ran out of time. */
  async reportOnce(stop?: AbortSignal): Promise<void> {
    await Promise.all(
      this.#regions.map((region) => {
        region.again = region.running !== undefined;
        return this.#begin(region, stop);
      }),
    );
  }

  /** As `reportOnce`, but leaves those alone that are still being told. */
  async reportToIdle(stop?: AbortSignal): Promise<void> {
    await Promise.all(this.#regions.filter((region) => !region.running).map((region) => this.#begin(region, stop)));
  }

  #begin(region: RegionState, stop?: AbortSignal): Promise<void> {
    region.running ??= this.#report(region, stop).finally(() => {
      region.running = undefined;
    });
    return region.running;
  }

  async #report(region: RegionState, stop?: AbortSignal): Promise<void> {
    do {
      region.again = false;
      try {
        await this.#tell(region, stop);
        this.#answered(region, true);
      } catch (error) {
        if (stop?.aborted) return;
        this.#answered(region, false, error);
      }
    } while (region.again);
  }

  /** Routes and inventory when new to the region, then health: a region never sees a healthy OCA without routes. */
  async #tell(region: RegionState, stop?: AbortSignal): Promise<void> {
    const { ocaId } = this.#config;
    const fileIds = this.#sources.fileIds();
    const inventory = fileIds.join();
    const nowMs = this.#deps.clock.nowMs();
    const everything = region.answered !== true || nowMs - region.toldAtMs >= REPEAT_AFTER_MS;
    const routes = this.#sources.routes();
    if (everything || routes !== region.toldRoutes) {
      await this.#put<RoutesReport>(region, 'routes', { ocaId, routes: [...routes] }, stop);
      region.toldRoutes = routes;
    }
    if (everything || inventory !== region.toldInventory) {
      await this.#put<InventoryReport>(region, 'inventory', { ocaId, fileIds }, stop);
      region.toldInventory = inventory;
    }
    if (everything) region.toldAtMs = nowMs;
    const answer = await this.#put<HealthReport>(region, 'health', this.#sources.health(), stop);
    if (everything || !wantsAll(answer)) return;
    region.toldAtMs = Number.NEGATIVE_INFINITY;
    region.again = true;
  }

  async #put<T>(region: RegionState, what: string, body: T, stop?: AbortSignal): Promise<unknown> {
    const url = `${region.baseUrl}/v1/ocas/${this.#config.ocaId}/${what}`;
    return callControlPlane(
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

/** The region has just started: it knows neither routes nor files. */
const wantsAll = (answer: unknown): boolean => (answer as Partial<ReportAnswer> | null | undefined)?.tellAll === true;
