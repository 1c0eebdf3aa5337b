import type { SiteClass } from '@pressplay/protocol/messages';
import { HEALTH_DEADLINE_MS } from '../backend-config.ts';
import { conditionOf } from '../fleet/usability.ts';
import type { Services } from '../services.ts';
import type { ClassLoad, RegionVitals } from './meter.ts';

/** Gathered when somebody asks: no play pays for it. */
export async function regionVitals(
  services: Pick<Services, 'config' | 'clock' | 'fleet' | 'plays' | 'decisions' | 'readiness' | 'snapshots'>,
): Promise<RegionVitals> {
  const { config, clock, fleet, plays, decisions, readiness, snapshots } = services;
  const nowMs = clock.nowMs();
  const ocas = { healthy: 0, saturated: 0, draining: 0, failing: 0, silent: 0 };
  const load: Partial<Record<SiteClass, ClassLoad>> = {};
  for (const { health, site } of fleet.ocas()) {
    const condition = conditionOf(health, nowMs, config.healthDeadlineMs ?? HEALTH_DEADLINE_MS);
    ocas[condition] += 1;
    if (condition === 'silent') continue;
    const { capacityBps, trafficBps } = health.report;
    const sum = load[site.siteClass] ?? { ocas: 0, capacityBps: 0, trafficBps: 0 };
    load[site.siteClass] = {
      ocas: sum.ocas + 1,
      capacityBps: sum.capacityBps + capacityBps,
      trafficBps: sum.trafficBps + trafficBps,
    };
  }
  const { version, table } = fleet.routing();
  const goodAtMs = snapshots?.goodAtMs;
  return {
    health: await readiness.health(),
    ocas,
    load,
    table: {
      version,
      prefixes: { 4: table.v4.index.lengths.length, 6: table.v6.index.lengths.length },
      announcements: { 4: table.v4.feeds.length, 6: table.v6.feeds.length },
      buildMs: fleet.tableBuildMs,
    },
    plays: { ...plays.counts, streams: plays.streamsHeld() },
    decisions: decisions.counts,
    snapshotAgeMs: goodAtMs === undefined ? undefined : Math.max(0, clock.wallMs() - goodAtMs),
  };
}
