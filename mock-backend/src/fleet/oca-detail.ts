import type { OcaDetail, OcaStatus } from '@pressplay/protocol/messages';
import { unpackRoutes } from '../steering/packed-announcements.ts';
import type { AnnouncedRoutes } from '../steering/route-book.ts';
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
  const v4 = routes ? unpackRoutes(4, routes.v4, SHOWN_ROUTES) : [];
  const v6 = routes ? unpackRoutes(6, routes.v6, SHOWN_ROUTES - v4.length) : [];
  return {
    ...statusOf(oca, nowMs, healthDeadlineMs),
    usableReason: usabilityOf(oca.health, nowMs, healthDeadlineMs).reason,
    heardAll,
    routes: [...v4, ...v6],
    fileIds: [...oca.fileIds].slice(0, SHOWN_FILES),
    titles: titles.filter(({ fileIds }) => fileIds.every((id) => oca.fileIds.has(id))).map(({ titleId }) => titleId),
  };
}
