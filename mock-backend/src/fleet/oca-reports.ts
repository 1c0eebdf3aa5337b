import { schemas } from '@pressplay/protocol';
import type { HealthReport, ReportAnswer } from '@pressplay/protocol/messages';
import { parsePrefix } from '@pressplay/protocol/routes';
import type { HmacSha256Hex } from '@pressplay/protocol/wire';
import { requireOca } from '../authentication.ts';
import type { BackendConfig } from '../backend-config.ts';
import type { BackendClock } from '../ports.ts';
import { invalid, parsed, valid } from '../request-body.ts';
import type { StoredOca } from '../store/store.ts';
import type { FleetState } from './fleet-state.ts';
import type { FleetSync } from './fleet-sync.ts';

export const REPORT_KINDS = ['health', 'routes', 'inventory'] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

export interface OcaReport {
  readonly kind: ReportKind;
  /** As the path names it. */
  readonly ocaId: string;
  readonly authorization: string | undefined;
  readonly text: string;
}

interface OcaReportsDeps {
  readonly config: BackendConfig;
  readonly fleet: FleetState;
  readonly fleetSync: FleetSync;
  readonly clock: BackendClock;
  readonly hmac: HmacSha256Hex;
}

type Parts = Omit<StoredOca, 'ocaId'>;

/** Takes what OCAs say of themselves: most of what a region hears, and mostly what it heard before. */
export class OcaReports {
  readonly #deps: OcaReportsDeps;

  constructor(deps: OcaReportsDeps) {
    this.#deps = deps;
  }

  /**
   * Gives whether the OCA is to tell everything now: a region that has just started knows neither its routes nor its
   * files. @throws ApiError where the report is not the OCA's own or not one.
   */
  take({ kind, ocaId: named, authorization, text }: OcaReport): ReportAnswer {
    const { fleet, fleetSync, clock } = this.#deps;
    const ocaId = valid(named, schemas.OcaId, 'The OCA id');
    requireOca(authorization, ocaId, this.#deps);
    const atMs = clock.wallMs();
    if (kind === 'health') {
      fleetSync.report({ ocaId, health: { value: this.#health(ocaId, text), atMs } });
      return { tellAll: !fleet.heardAll(ocaId) };
    }
    const digest = this.#deps.hmac(kind, text);
    if (fleet.repeats(ocaId, kind, digest, { nowMs: clock.nowMs(), wallMs: atMs })) return { tellAll: false };
    fleetSync.report({ ocaId, ...(kind === 'routes' ? routes(ocaId, text, atMs) : inventory(ocaId, text, atMs)) });
    fleet.noteTold(ocaId, kind, digest);
    return { tellAll: false };
  }

  #health(ocaId: string, text: string): HealthReport {
    const report = parsed(text, schemas.HealthReport);
    mustBe(ocaId, report.ocaId);
    if (!this.#deps.fleet.site(report.siteId))
      throw invalid('The health report', [`siteId: "${report.siteId}" is no site of this fleet`]);
    if (!/^https?:\/\/[^/?#]+(\/[^?#]*)?$/.test(report.baseUrl))
      throw invalid('The health report', ['baseUrl: expected an http(s) URL']);
    return { ...report, baseUrl: report.baseUrl.replace(/\/+$/, '') };
  }
}

function routes(ocaId: string, text: string, atMs: number): Parts {
  const report = parsed(text, schemas.RoutesReport);
  mustBe(ocaId, report.ocaId);
  const wrong = report.routes.filter(({ prefix }) => !parsePrefix(prefix));
  if (wrong.length > 0)
    throw invalid(
      'The routes report',
      wrong.map(({ prefix }) => `"${prefix}" is no address prefix`),
    );
  return { routes: { value: report.routes, atMs } };
}

function inventory(ocaId: string, text: string, atMs: number): Parts {
  const report = parsed(text, schemas.InventoryReport);
  mustBe(ocaId, report.ocaId);
  return { inventory: { value: report.fileIds, atMs } };
}

function mustBe(inPath: string, inBody: string): void {
  if (inPath !== inBody) throw invalid('The body', [`ocaId: "${inBody}" is not the "${inPath}" of the path`]);
}
