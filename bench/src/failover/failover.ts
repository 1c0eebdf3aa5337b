import { loadavg } from 'node:os';
import type { Browser } from '@playwright/test';
import { launchChromium } from '../browser/chromium.ts';
import { type PageServer, servePages } from '../browser/page-server.ts';
import type { Bench, BenchOptions } from '../metric.ts';
import { playInBrowser } from './browser-play.ts';
import { FAULTS, type FaultName } from './faults.ts';
import { type Lane, openLane } from './lane-fleet.ts';
import { playInNode } from './node-play.ts';
import { type Failure, failOnce } from './one-failure.ts';
import { type Cell, CONTENDERS, type Contender, figures } from './report.ts';

const DEFAULT_RUNS = 3;
/** Plays side by side, each with a fleet of its own: most of a play is waiting. */
const LANES = 4;
const ATTEMPTS = 3;

/**
 * What players do when their server breaks in the middle of a segment: ours in Chromium and Node, stock hls.js and
 * Shaka with two pathways and content steering. Each response is paced at 8 Mbit/s.
 */
export const failover: Bench = async (options) => {
  const loadBefore = loadavg()[0] ?? 0;
  const jobs = jobsOf(options);
  const cells = new Map<string, Cell>();
  const lanes: Lane[] = [];
  const pages = await servePages();
  const browser = await launchChromium();
  try {
    for (let number = 0; number < Math.min(LANES, jobs.length); number++) lanes.push(await openLane(number));
    await Promise.all(lanes.map((lane) => workOff(jobs, lane, { browser, pages, cells, ...options })));
    return figures([...cells.values()], loadBefore);
  } finally {
    await browser.close();
    await Promise.all([pages.close(), ...lanes.map((lane) => lane.close())]);
  }
};

interface Job {
  readonly contender: Contender;
  readonly fault: FaultName;
  readonly run: number;
}

interface Place extends Pick<BenchOptions, 'screenshots'> {
  readonly browser: Browser;
  readonly pages: PageServer;
  readonly cells: Map<string, Cell>;
}

/** Those that take longest first, so that the lanes end together. */
function jobsOf({ runs, players, faults }: BenchOptions): Job[] {
  const contenders = CONTENDERS.filter((one) => (players ?? one).split(',').includes(one));
  const chosen = [...FAULTS].reverse().filter((one) => (faults ?? one).split(',').includes(one));
  return Array.from({ length: Number(runs ?? DEFAULT_RUNS) }, (_, run) =>
    chosen.flatMap((fault) => contenders.map((contender) => ({ contender, fault, run }))),
  ).flat();
}

async function workOff(jobs: Job[], lane: Lane, place: Place): Promise<void> {
  for (let job = jobs.shift(); job; job = jobs.shift()) {
    const { contender, fault, run } = job;
    const failure = await performPatiently(job, lane, place);
    const key = `${contender} ${fault}`;
    const cell = place.cells.get(key) ?? { contender, fault, failures: [] };
    place.cells.set(key, { ...cell, failures: [...cell.failures, failure] });
    console.error(`${key} #${run + 1}: ${describe(failure)}`);
  }
}

/** On a machine too busy to fill a buffer there is nothing to break yet: tried again, before the run is given up. */
async function performPatiently(job: Job, lane: Lane, place: Place): Promise<Failure> {
  for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
    try {
      return await performJob(job, lane, place);
    } catch (error) {
      console.error(`${job.contender} ${job.fault} #${job.run + 1}: once more, because of: ${String(error)}`);
    }
  }
  return performJob(job, lane, place);
}

async function performJob({ contender, fault, run }: Job, lane: Lane, place: Place): Promise<Failure> {
  const screenshot =
    place.screenshots === undefined || run > 0 ? undefined : `${place.screenshots}/failover-${contender}-${fault}.png`;
  const play =
    contender === 'ours-node'
      ? await playInNode(lane)
      : await playInBrowser(contender === 'ours-chromium' ? 'ours' : contender, lane, place);
  return failOnce(play, lane, fault, screenshot);
}

function describe(failure: Failure): string {
  const { nextServerMs, stallMs, stoodMs, unwatchedMs, bytesTwice, bytesReplaced, failed, standing, bufferedS } =
    failure;
  const asked =
    nextServerMs === undefined ? 'never asked another server' : `next server ${Math.round(nextServerMs)} ms`;
  const notes = [
    `${asked}, stall ${(stallMs / 1000).toFixed(1)} s${standing ? ' and still standing' : ''}, ${bytesTwice} bytes twice`,
    `${bufferedS.toFixed(1)} s buffered`,
    ...(bytesReplaced > 0 ? [`${bytesReplaced} bytes replaced by better ones`] : []),
    ...(stoodMs > 0 ? [`stood ${(stoodMs / 1000).toFixed(1)} s with media at hand`] : []),
    ...(unwatchedMs > 0 ? [`nobody looked for ${(unwatchedMs / 1000).toFixed(1)} s: the machine was late`] : []),
    ...(failed === undefined ? [] : [`gave up: ${failed}`]),
  ];
  return notes.join('; ');
}
