import type { HealthReport } from '@pressplay/protocol/messages';
import type { DiskReport } from '../disks/disk-store.ts';
import type { MediaCounts } from '../serving/media-counts.ts';
import { type Family, metricsText, type Sample } from './metrics-text.ts';

const VERDICTS: readonly HealthReport['verdict'][] = ['healthy', 'saturated', 'draining', 'failing'];
const DISK_STATES: readonly DiskReport['state'][] = ['serving', 'verifying', 'out'];

export interface MetricsSources {
  readonly health: HealthReport;
  readonly disks: readonly DiskReport[];
  readonly fileCount: number;
  readonly faults: number;
  readonly counts: MediaCounts;
}

/** What `GET /metrics` says, in Prometheus' text format. */
export function ocaMetrics(sources: MetricsSources): string {
  return metricsText([...healthFamilies(sources), ...diskFamilies(sources), ...answerFamilies(sources)]);
}

const family =
  (type: Family['type']) =>
  (name: string, help: string, value: number | readonly Sample[]): Family => {
    const samples = typeof value === 'number' ? [{ value }] : value;
    return { name: `pressplay_appliance_${name}`, help, type, samples };
  };
const gauge = family('gauge');
const counter = family('counter');
const histogram = family('histogram');

function healthFamilies({ health, faults }: MetricsSources): readonly Family[] {
  const { verdict, loads = {}, capacityLeftBps = 0 } = health;
  const shares = Object.entries<number>({ ...loads }).map(([resource, value]) => ({ labels: { resource }, value }));
  const verdicts = VERDICTS.map((each) => ({ labels: { verdict: each }, value: Number(each === verdict) }));
  const { ocaId: oca, siteId: site } = health;
  return [
    gauge('info', 'Which appliance this is.', [{ labels: { oca, site }, value: 1 }]),
    gauge('verdict', "The appliance's verdict about itself: 1 for the one that counts.", verdicts),
    gauge('load_share', 'How much of each resource is in use: 1 is all of it.', shares),
    gauge('capacity_bps', 'What it may send.', health.capacityBps),
    gauge('capacity_left_bps', 'What it could send beside, by the worst of its bottlenecks.', capacityLeftBps),
    gauge('traffic_bps', 'What it sends, mean of the last seconds.', health.trafficBps),
    gauge('connections', 'Responses that run.', health.connections),
    gauge('faults', 'Faults that QA has switched on.', faults),
    gauge('uptime_seconds', 'Since the process started.', health.uptimeMs / 1000),
  ];
}

function diskFamilies({ disks, fileCount }: MetricsSources): readonly Family[] {
  const of = (value: (disk: DiskReport) => number): readonly Sample[] =>
    disks.map((disk) => ({ labels: { disk: disk.disk }, value: value(disk) }));
  const states = disks.flatMap(({ disk, state }) =>
    DISK_STATES.map((each) => ({ labels: { disk, state: each }, value: Number(each === state) })),
  );
  return [
    gauge('files', 'Whole and verified files.', fileCount),
    gauge(
      'disk_files',
      'Files of each disk.',
      of(({ files }) => files),
    ),
    gauge(
      'disk_delay_seconds',
      'How long a read waits for each disk.',
      of(({ delayMs }) => delayMs / 1000),
    ),
    gauge('disk_state', 'How each disk is: 1 for the one that counts.', states),
  ];
}

function answerFamilies({ health, counts }: MetricsSources): readonly Family[] {
  return [
    counter('served_bytes_total', 'Bytes of files sent.', health.servedBytes),
    counter('responses_total', 'Answers to media requests that the agent gave, by status.', counts.answers()),
    counter('refused_total', 'Requests refused for load, by what they were for.', counts.refused()),
    histogram('first_byte_seconds', 'From a request to the first byte of the file.', counts.firstBytes()),
  ];
}
