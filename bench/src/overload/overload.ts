import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { findNginx } from '@pressplay/mock-oca/node';
import type { Bench, Metric } from '../metric.ts';
import { median } from '../metric.ts';
import { FILE_BYTES, type MadeDisk, makeDisk } from '../serving/made-disk.ts';
import { bundleOverload, programPath } from './bundle.ts';
import { type CrowdOrder, type CrowdTally, WORKS, type Work } from './crowd-order.ts';
import { LOADED_ENGINES, type LoadedEngine, startLoadedOca } from './loaded-oca.ts';

const CAPACITY_BPS = 200e6;
const OVERLOAD = 3;
const SEGMENT_BYTES = 500_000;
/** A segment lasts so long: 2 Mbit/s. */
const SEGMENT_MS = 2000;
const WARM_UP_MS = 8000;
const MEASURED_MS = 24_000;
/** What each kind asks for, in capacities; together three times what there is. */
const ASKED: Readonly<Record<Work, number>> = { viewer: OVERLOAD - 0.4, copy: 0.2, probe: 0.2 };

/**
 * One appliance of 200 Mbit/s, asked for three times as much: viewers who each want a segment of 2 Mbit/s every two
 * seconds, neighbours that copy, and probes; for each who is refused, and goes elsewhere, another one comes. Goodput is the bytes of viewers' segments that
 * arrived whole before they had to be played, two seconds after they were asked for; what was late, broken, copied or
 * probed is none. The line itself is not what limits: what the appliance refuses, and how fast, is measured.
 */
export const overload: Bench = async ({ engines }) => {
  await bundleOverload();
  const disk = await makeDisk();
  const wanted = engines?.split(',') ?? LOADED_ENGINES;
  try {
    const metrics: Metric[] = [];
    for (const engine of LOADED_ENGINES) {
      if (!(wanted as readonly string[]).includes(engine) || (engine === 'nginx' && !findNginx().ok)) continue;
      metrics.push(...metricsOf(engine, await crowdAt(engine, disk)));
    }
    return metrics;
  } finally {
    disk.remove();
  }
};

async function crowdAt(engine: LoadedEngine, disk: MadeDisk): Promise<CrowdTally> {
  const oca = await startLoadedOca(disk, engine, CAPACITY_BPS);
  const crowd = fork(programPath('crowd'));
  const bare = createServer({ keepAliveTimeout: 0 }, (_, response) => void response.writeHead(204).end());
  bare.listen(0, oca.host);
  try {
    await once(bare, 'listening');
    const order: CrowdOrder = {
      host: oca.host,
      port: oca.port,
      askers: askers(),
      fileIds: disk.fileIds,
      segmentBytes: SEGMENT_BYTES,
      everyMs: SEGMENT_MS,
      warmUpMs: WARM_UP_MS,
      measuredMs: MEASURED_MS,
      fileBytes: FILE_BYTES,
      barePort: (bare.address() as AddressInfo).port,
    };
    const answered = once(crowd, 'message');
    crowd.send(order);
    const [{ tally, failed }] = (await answered) as [{ readonly tally?: CrowdTally; readonly failed?: string }];
    if (!tally) throw new Error(`The crowd failed: ${failed}`);
    return tally;
  } finally {
    crowd.disconnect();
    bare.closeAllConnections();
    bare.close();
    await oca.stop();
  }
}

function askers(): readonly Work[] {
  const eachBps = (SEGMENT_BYTES * 8000) / SEGMENT_MS;
  return WORKS.flatMap((work) =>
    Array.from({ length: Math.round((ASKED[work] * CAPACITY_BPS) / eachBps) }, () => work),
  );
}

function metricsOf(engine: string, tally: CrowdTally): readonly Metric[] {
  const { byWork, refusedAfterMs, bareAfterMs, broken, late, turnedAway, sentAway } = tally;
  const bpsOf = (segments: number): number => (segments * SEGMENT_BYTES * 8000) / MEASURED_MS;
  const percent = (part: number, whole: number): number => (100 * part) / Math.max(1, whole);
  const all = Object.values(byWork);
  const sent = all.reduce((sum, { inTime }) => sum + inTime, 0) + late;
  const asked = all.reduce((sum, each) => sum + each.asked, 0);
  const of = (name: string, value: number, unit: string, more: Partial<Metric> = {}): Metric => {
    return { name: `${engine}: ${name}`, value, unit, better: 'higher', ...more };
  };
  return [
    of('asked for', bpsOf(asked) / CAPACITY_BPS, 'x capacity'),
    of('goodput', percent(bpsOf(byWork.viewer.inTime), CAPACITY_BPS), '% of capacity', { target: 90 }),
    of('sent', percent(bpsOf(sent), CAPACITY_BPS), '% of capacity', { better: 'lower' }),
    of('503 after, middle', median(refusedAfterMs), 'ms', { better: 'lower' }),
    of('503 after, 99 %', p99(refusedAfterMs), 'ms', { better: 'lower', target: 10 }),
    of('bare answer after, 99 %', p99(bareAfterMs), 'ms', { better: 'lower' }),
    of('viewers sent elsewhere when they came', turnedAway, 'viewers', { better: 'lower' }),
    of('viewers sent elsewhere later', sentAway, 'viewers', { better: 'lower' }),
    of('copies served', percent(byWork.copy.inTime, byWork.copy.asked), '%'),
    of('probes served', percent(byWork.probe.inTime, byWork.probe.asked), '%'),
    of('segments late', late, 'segments', { better: 'lower', target: 0 }),
    of('answers broken', broken, 'answers', { better: 'lower', target: 0 }),
  ];
}

function p99(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
}
