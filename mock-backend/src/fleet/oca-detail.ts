import type { OcaDetail, OcaStatus } from '@pressplay/protocol/messages';
import type { AnnouncedRoutes } from '../steering/announced-routes.ts';
import { unpackRoutes } from '../steering/packed-announcements.ts';
import type { FleetOca } from './fleet-state.ts';
import { usabilityOf } from './usability.ts';

const SHOWN_ROUTES = 1000;
const SHOWN_FILES = 10_000;

/** An OCA in a list. */
export function statusOf({ health, fileIds, prefixCount }: FleetOca, nowMs: number, deadlineMs: number): OcaStatus {
  return {
    ...health.report,
    reportAgeMs: Math.max(0, nowMs - health.atMs),
    usable: usabilityOf(health, nowMs, deadlineMs).usable,
    ...(health.drained !== undefined && { drained: health.drained }),
    fileCount: fileIds.size,
    prefixCount,
  };
}

export interface DetailInputs {
  readonly oca: FleetOca;
  readonly routes: AnnouncedRoutes | undefined;
  readonly heardAll: boolean;
  readonly titles: readonly { readonly titleId: string; readonly fileIds: readonly string[] }[];
  readonly nowMs: number;
  readonly healthDeadlineMs: number;
}

/** An OCA alone, with what it announces and holds. */
export function detailOf({ oca, routes, heardAll, titles, nowMs, healthDeadlineMs }: DetailInputs): OcaDetail {
  return {
    ...statusOf(oca, nowMs, healthDeadlineMs),
    usableReason: usabilityOf(oca.health, nowMs, healthDeadlineMs).reason,
    heardAll,
    routes: [...unpackRoutes(routes?.parts ?? [], SHOWN_ROUTES)],
    fileIds: [...oca.fileIds].slice(0, SHOWN_FILES),
    titles: titles.filter(({ fileIds }) => fileIds.every((id) => oca.fileIds.has(id))).map(({ titleId }) => titleId),
  };
}
