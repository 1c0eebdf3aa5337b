import type { Gauge } from 'prom-client';
import type { RegionVitals } from '../operations/meter.ts';

type MakeGauge = (name: string, help: string, labelNames: string[]) => Gauge;

/** By name: what each shows, and the labels it has. */
const GAUGES = {
  pressplay_region_ready: ['1 where the region takes new plays.'],
  pressplay_store_up: ['1 where the store answered the last question.'],
  pressplay_store_silent_seconds: ['How long the store has answered nothing; 0 while it answers.'],
  pressplay_new_plays_left_seconds: ['How much longer new plays begin without the store; absent while it answers.'],
  pressplay_started_from_snapshot: ['1 where the region started without the store and has not read it since.'],
  pressplay_snapshot_age_seconds: [
    'Age of what a restart without the store would begin from; absent where there is nothing.',
  ],
  pressplay_ocas: ['OCAs that ever reported here, by condition.', 'condition'],
  pressplay_oca_capacity_bps: ['Capacity of the OCAs that are heard of.', 'site_class'],
  pressplay_oca_traffic_bps: ['Bits per second they send to viewers.', 'site_class'],
  pressplay_prefix_table_version: ['Grows with each new table.'],
  pressplay_prefix_table_prefixes: ['Different prefixes in the table.', 'family'],
  pressplay_prefix_table_announcements: ['Announcements of them.', 'family'],
  pressplay_prefix_table_build_seconds: ['How long the last table took to build.'],
  pressplay_streams_held: ['Plays heard of here that hold a stream of their account.'],
  pressplay_plays_granted_without_store: ['Plays granted from memory since the start of the process.'],
  pressplay_leases_unsaved: ['Leases, ends and signs of life that the store does not have yet.'],
  pressplay_steering_log_waiting: ['Steering decisions that the store does not have yet.'],
  pressplay_steering_log_lost: ['Of those that waited, how many went for want of room.'],
} as const satisfies Record<string, readonly [help: string, ...labels: string[]]>;

export type GaugeName = keyof typeof GAUGES;
export type VitalGauges = Readonly<Record<GaugeName, Gauge>>;

export function vitalGauges(make: MakeGauge): VitalGauges {
  const made = Object.entries(GAUGES).map(([name, [help, ...labels]]) => [name, make(name, help, labels)]);
  return Object.fromEntries(made) as VitalGauges;
}

export function showVitals(gauges: VitalGauges, vitals: RegionVitals): void {
  const { health, ocas, load, table, plays, decisions, snapshotAgeMs } = vitals;
  const { storeSilentMs, newPlaysForMs, fromDisk } = health.degraded ?? {};
  const set = (name: GaugeName, value: number): void => gauges[name].set(value);
  set('pressplay_region_ready', health.ready ? 1 : 0);
  set('pressplay_store_up', storeSilentMs === undefined ? 1 : 0);
  set('pressplay_store_silent_seconds', (storeSilentMs ?? 0) / 1000);
  const setOrDrop = (name: GaugeName, valueMs: number | undefined): void => {
    gauges[name].reset();
    if (valueMs === undefined) gauges[name].remove({});
    else set(name, valueMs / 1000);
  };
  setOrDrop('pressplay_new_plays_left_seconds', newPlaysForMs);
  set('pressplay_started_from_snapshot', fromDisk ? 1 : 0);
  setOrDrop('pressplay_snapshot_age_seconds', snapshotAgeMs);
  for (const [condition, count] of Object.entries(ocas)) gauges.pressplay_ocas.set({ condition }, count);
  gauges.pressplay_oca_capacity_bps.reset();
  gauges.pressplay_oca_traffic_bps.reset();
  for (const [site_class, { capacityBps, trafficBps }] of Object.entries(load)) {
    gauges.pressplay_oca_capacity_bps.set({ site_class }, capacityBps);
    gauges.pressplay_oca_traffic_bps.set({ site_class }, trafficBps);
  }
  set('pressplay_prefix_table_version', table.version);
  for (const family of [4, 6] as const) {
    gauges.pressplay_prefix_table_prefixes.set({ family }, table.prefixes[family]);
    gauges.pressplay_prefix_table_announcements.set({ family }, table.announcements[family]);
  }
  set('pressplay_prefix_table_build_seconds', table.buildMs / 1000);
  set('pressplay_streams_held', plays.streams);
  set('pressplay_plays_granted_without_store', plays.grantedWithoutStore);
  set('pressplay_leases_unsaved', plays.unsaved);
  set('pressplay_steering_log_waiting', decisions.waiting);
  set('pressplay_steering_log_lost', decisions.lost);
}
