import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { workerTableBuilder } from '@pressplay/mock-backend/node';
import { chooseServers, FleetState, joinRoutes, lookAround, packAnnounced } from '@pressplay/mock-backend/steering';
import type { HealthReport, Route, SiteInfo } from '@pressplay/protocol/messages';
import { type Address, parseAddress } from '@pressplay/protocol/routes';
import type { Bench, Metric } from './metric.ts';
import { seededRandom } from './prefix-lookup-data.ts';

const ROUTES = 1_000_000;
const ROUTES_A_PART = 1000;
const SITES = 4;
const OCAS_A_SITE = 10;
const QUIET_TURNS = 20_000;
const FILE_IDS = Array.from({ length: 12 }, (_, at) => at.toString(16).padStart(32, '0'));

/**
 * How long steering waits while a million routes are imported in parts and their table is built in the worker: from turn
 * to turn of the event loop, with one decision each. Processor time, but while the worker builds: there only the wall
 * tells. A quiet spell before tells what the machine adds to it.
 */
export const tableRebuild: Bench = async () => {
  const random = seededRandom(7);
  const fleet = new FleetState(
    sites(),
    workerTableBuilder(workerScript(), { execArgv: ['--conditions=pressplay-source'] }),
  );
  reportAll(fleet);
  await fleet.routingSettled();
  const turns = new Turns(fleet, random);
  await turns.while('quiet', (count) => count < QUIET_TURNS);
  const packed: ReturnType<typeof packAnnounced>[] = [];
  for (let part = 0; part < ROUTES / ROUTES_A_PART; part++) {
    // A part comes as text, as a region gets it.
    const text = JSON.stringify(partOf(part, random));
    await turns.one('importing', () => packed.push(packAnnounced(JSON.parse(text))));
  }
  await turns.one('last-part', () => fleet.importRoutes('site-3', joinRoutes(packed)));
  let isBuilding = true;
  const settled = fleet.routingSettled().then(() => {
    isBuilding = false;
  });
  await turns.while('building', () => isBuilding);
  await settled;
  const prefixes = fleet.routing().table.v4.index.lengths.length;
  return [{ name: 'prefixes', value: prefixes, unit: '', better: 'higher' }, ...turns.metrics()];
};

type Phase = 'quiet' | 'importing' | 'last-part' | 'building';
const WALL_PHASES: readonly Phase[] = ['quiet', 'building'];

/** Of the thread that answers: what the worker does meanwhile keeps nobody waiting. Linux alone tells them apart. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  if (process.platform !== 'linux') return (user + system) / 1000;
  const [onProcessorNs] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ');
  return Number(onProcessorNs) / 1e6;
}

class Turns {
  readonly #fleet: FleetState;
  readonly #random: () => number;
  readonly #gapsMs = new Map<Phase, number[]>();

  constructor(fleet: FleetState, random: () => number) {
    this.#fleet = fleet;
    this.#random = random;
  }

  async while(phase: Phase, goesOn: (count: number) => boolean): Promise<void> {
    for (let count = 0; goesOn(count); count++) await this.one(phase, () => {});
  }

  /** One turn: the work given, a decision, and all that the loop has to do besides. */
  async one(phase: Phase, work: () => void): Promise<void> {
    const isWall = WALL_PHASES.includes(phase);
    const now = isWall ? () => performance.now() : processorMs;
    // The kernel brings a thread's account up to date when it sleeps.
    if (!isWall) await sleep(1);
    const startMs = now();
    work();
    decide(this.#fleet, this.#random);
    await nextTurn();
    if (!isWall) await sleep(1);
    const gaps = this.#gapsMs.get(phase) ?? [];
    gaps.push(now() - startMs);
    this.#gapsMs.set(phase, gaps);
  }

  metrics(): Metric[] {
    return [...this.#gapsMs].flatMap(([phase, gaps]): Metric[] => {
      const sorted = gaps.sort((a, b) => a - b);
      const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
      const longest = { name: `${phase}-longest`, value: at(1), unit: 'ms', better: 'lower' } as const;
      if (sorted.length === 1) return [{ ...longest, target: 10 }];
      return [{ name: `${phase}-p99`, value: at(0.99), unit: 'ms', better: 'lower', target: 10 }, longest];
    });
  }
}

function decide(fleet: FleetState, random: () => number): void {
  const word = random();
  const text = [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255].join('.');
  const address: Address | undefined = parseAddress(text);
  if (!address) throw new Error(text);
  const sites = lookAround({
    routing: fleet.routing(),
    client: { address, location: undefined },
    playId: word.toString(16),
    files: fleet.files.listOf(FILE_IDS),
    addedBps: 8e6,
    until: 'replay',
    nowMs: 0,
    healthDeadlineMs: 5000,
  });
  const choice = chooseServers({
    playId: '',
    titleId: '',
    region: '',
    occasion: 'start',
    atMs: 0,
    clientPrefix: '',
    tableVersion: 0,
    playBps: 8e6,
    fileIds: FILE_IDS,
    sites,
  });
  if (choice.servers.length !== 10) throw new Error(`${text} got ${choice.servers.length} servers.`);
}

/** The worker from its source: tsx registers itself in that thread first. */
function workerScript(): URL {
  const source = new URL('process/table-worker.ts', import.meta.resolve('@pressplay/mock-backend/steering'));
  const text = `import { register } from '${import.meta.resolve('tsx/esm/api')}'; register(); await import('${source}');`;
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

const sites = (): SiteInfo[] =>
  Array.from({ length: SITES }, (_, at) => ({
    siteId: `site-${at}`,
    name: `Site ${at}`,
    siteClass: 'embedded',
    asn: 64512 + at,
    latitude: at,
    longitude: at,
  }));

function reportAll(fleet: FleetState): void {
  for (let at = 0; at < SITES * OCAS_A_SITE; at++) {
    const ocaId = `oca-${at}`;
    const value: HealthReport = {
      ocaId,
      siteId: `site-${at % SITES}`,
      baseUrl: 'http://oca',
      verdict: 'healthy',
      reason: 'well',
      capacityBps: 1e10,
      trafficBps: 0,
      connections: 0,
      servedBytes: 0,
      uptimeMs: 1,
    };
    const routes = [{ prefix: '0.0.0.0/0', asPath: [], med: 0 }];
    fleet.report(
      {
        ocaId,
        health: { value, atMs: 0 },
        routes: { value: routes, atMs: 0 },
        inventory: { value: FILE_IDS, atMs: 0 },
      },
      { nowMs: 0, wallMs: 0 },
    );
  }
}

const partOf = (part: number, random: () => number): Route[] =>
  Array.from({ length: ROUTES_A_PART }, (_, at) => {
    const network = part * ROUTES_A_PART + at + 2 ** 16;
    const asPath = [64500 + (random() % 9), 64600 + (random() % 9)];
    return { prefix: `${(network >>> 16) & 255}.${(network >>> 8) & 255}.${network & 255}.0/24`, asPath, med: 0 };
  });
