import type { FillManifest } from '@pressplay/protocol/messages';
import { fillPlayId, type HmacSha256Hex, signMediaToken } from '@pressplay/protocol/wire';
import { ApiError } from '../api-error.ts';
import { type BackendConfig, HEALTH_DEADLINE_MS, MANIFEST_REFRESH_MS } from '../backend-config.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import { usabilityOf } from '../fleet/usability.ts';
import type { BackendClock } from '../ports.ts';
import { fillManifest } from './fill-manifest.ts';

const FILL_TOKEN_LIFETIME_MS = 3600 * 1000;

export interface FillDeps {
  readonly config: BackendConfig;
  readonly catalog: Catalog;
  readonly fleet: FleetState;
  readonly clock: BackendClock;
  readonly hmac: HmacSha256Hex;
}

/** Answers an OCA that asks what it should hold. */
export class Fill {
  readonly #deps: FillDeps;

  constructor(deps: FillDeps) {
    this.#deps = deps;
  }

  async manifestFor(ocaId: string): Promise<FillManifest> {
    const { config, catalog, fleet, clock } = this.#deps;
    const fleetOcas = fleet.ocas();
    const oca = fleetOcas.find((one) => one.ocaId === ocaId);
    if (!oca) {
      throw new ApiError('fleet/unknown-oca', `OCA "${ocaId}" has not reported its health here: report it first.`, {
        ocaId,
      });
    }
    const nowMs = clock.nowMs();
    const deadlineMs = config.healthDeadlineMs ?? HEALTH_DEADLINE_MS;
    const usable = fleetOcas
      .filter(({ health }) => usabilityOf(health, nowMs, deadlineMs).usable)
      .map((one) => ({ ...one, baseUrl: one.health.report.baseUrl }));
    const isHere = ({ regionId }: { regionId: string }) => (regionId === config.regionId ? 0 : 1);
    return fillManifest({
      oca,
      holds: oca.fileIds,
      fleet: fleetOcas,
      usable,
      titles: await catalog.list(),
      holdersOf: (fileId) => ({ has: (ocaId) => fleet.holds(ocaId, fileId) }),
      siteClasses: config.sites.map(({ siteClass }) => siteClass),
      origins: [...config.originBaseUrls].sort((a, b) => isHere(a) - isHere(b)),
      signFor: (titleId) => this.#sign(ocaId, titleId),
      nowMs,
      refreshWhenFullMs: config.manifestRefreshMs ?? MANIFEST_REFRESH_MS,
    });
  }

  #sign(ocaId: string, titleId: string): string {
    const { config, clock, hmac } = this.#deps;
    const expiresAtS = Math.floor((clock.wallMs() + FILL_TOKEN_LIFETIME_MS) / 1000);
    return signMediaToken({ expiresAtS, playId: fillPlayId(ocaId), scope: titleId }, config.urlKey, hmac);
  }
}
