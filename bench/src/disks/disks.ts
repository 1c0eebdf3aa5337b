import { createHmac } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type FileEntry, loadNative } from '@pressplay/mock-oca/node';
import { signMediaToken } from '@pressplay/protocol/wire';
import { type Bench, type BenchOptions, type Metric, median } from '../metric.ts';
import { Child } from './child.ts';
import { claimProcessor } from './claim-processor.ts';
import { EmulatedDisk, whyNoEmulator } from './emulated-disk.ts';
import { FILE_BYTES, type FilledDisk, fillDisk, setTheScene } from './filled-disk.ts';
import { hasNginx, NginxProcess } from './nginx-process.ts';
import type { ServingOrder } from './serving-process.ts';
import type { ViewersOrder, Watched } from './viewers-process.ts';

const MIB = 2 ** 20;
const COLD_VIEWERS = 64;
const HOT_VIEWERS = 2;
const RUN_MS = 5000;
/** Of a viewer of memory between two MiB: one without would take all of a processor. */
const PAUSE_MS = 20;
/** Of a disk of 4 GiB the catalog takes the outer half. */
const DISK_MIB = 4096;
const URL_KEY = '0123456789abcdef';
/** What a server of hard disks sets, where it may. */
const LARGE_READ_AHEAD_KIB = 4096;
const DEFAULT_READ_AHEAD_KIB = 128;

interface Server {
  readonly name: string;
  readonly start: (folders: readonly string[], hot: readonly FileEntry[]) => Promise<RunningServer>;
}

interface RunningServer {
  urlOf(fileId: string): string;
  stop(): Promise<void>;
}

interface Measured {
  readonly diskMbPerSecond: number;
  readonly hotP99Ms: number;
  /** Of a server beside it that has nothing to do with disks: what this machine is good for now. */
  readonly bareP99Ms: number;
  readonly hotRequests: number;
  readonly positioningsPerSecond: number;
}

/** Viewers of a hard disk, emulated as a block device: what it gives, and whether those of memory notice. */
export const disks: Bench = async (options) => {
  const emulatorDir = resolve(
    options.hddEmulator ?? fileURLToPath(new URL('../../../../shared/hdd-emulator', import.meta.url)),
  );
  const why =
    whyNoEmulator(emulatorDir) ?? (loadNative() ? undefined : 'koffi is not installed: nothing empties the page cache');
  if (why !== undefined) {
    console.log(`Nothing is measured: ${why}. The same scenes in virtual time: npx vitest run mock-oca/src/disks`);
    return [];
  }
  const giveBack = claimProcessor();
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'pressplay-disks-'));
  const up: EmulatedDisk[] = [];
  const diskUp = async (name: string, sizeMib: number): Promise<EmulatedDisk> => {
    const disk = await EmulatedDisk.up(emulatorDir, join(dir, name), sizeMib);
    up.push(disk);
    return disk;
  };
  try {
    const first = await fillDisk(await diskUp('a', DISK_MIB), COLD_VIEWERS, HOT_VIEWERS);
    const crowds = await measureCrowds(first, join(dir, 'nginx'), options);
    const second = await fillDisk(await diskUp('b', DISK_MIB), 8, 0);
    return [...crowds, ...(await measureTwoDisks(first, second, options))];
  } finally {
    for (const disk of up) disk.down();
    giveBack();
    rmSync(dir, { recursive: true, force: true });
  }
};

/** Every server in turn, again and again, so that what the machine does meanwhile hits all of them. */
async function measureCrowds(disk: FilledDisk, nginxDir: string, options: BenchOptions): Promise<Metric[]> {
  const metrics: Metric[] = [];
  for (const readAheadKib of [DEFAULT_READ_AHEAD_KIB, LARGE_READ_AHEAD_KIB]) {
    disk.disk.readAhead(readAheadKib);
    const byServer = new Map<string, Measured[]>();
    for (let round = 0; round < Number(options.runs ?? 3); round++) {
      for (const server of servers(nginxDir)) {
        const measured = await measureCrowd(server, disk);
        console.log(`read-ahead ${readAheadKib} KiB, ${server.name}: ${textOf(measured)}`);
        byServer.set(server.name, [...(byServer.get(server.name) ?? []), measured]);
      }
    }
    for (const [name, all] of byServer) metrics.push(...metricsOf(name, readAheadKib, all));
  }
  disk.disk.readAhead(DEFAULT_READ_AHEAD_KIB);
  return metrics;
}

function metricsOf(name: string, readAheadKib: number, all: readonly Measured[]): Metric[] {
  const ours = name.startsWith('ours');
  const about = `modelled 7,200 rpm disk, read-ahead ${readAheadKib} KiB, ${name}`;
  const throughput = {
    unit: 'MB/s',
    better: 'higher',
    value: median(all.map((each) => each.diskMbPerSecond)),
  } as const;
  const target = readAheadKib === DEFAULT_READ_AHEAD_KIB ? 100 : 125;
  const hot = median(all.map((each) => each.hotP99Ms));
  const bare = median(all.map((each) => each.bareP99Ms));
  return [
    { name: `${about}: disk`, ...throughput, ...(ours && { target }) },
    { name: `${about}: hot p99`, value: hot, unit: 'ms', better: 'lower', ...(ours && { target: 5 }) },
    { name: `${about}: p99 of a bare server of memory beside it`, value: bare, unit: 'ms', better: 'lower' },
  ];
}

async function measureCrowd(server: Server, disk: FilledDisk): Promise<Measured> {
  await setTheScene(disk);
  const running = await server.start([disk.disk.folder], disk.hot);
  const bare = await bareServer().start([disk.disk.folder], []);
  const [cold, hot, onlookers] = [viewers(), viewers(), viewers()];
  try {
    const watchHot = (): Promise<unknown> => {
      const ofHot = disk.hot.map((file) => running.urlOf(file.fileId));
      const ofBare = disk.hot.map((file) => bare.urlOf(file.fileId));
      return Promise.all([
        hot.tell({ ...watching(ofHot), pauseMs: PAUSE_MS }),
        onlookers.tell({ ...watching(ofBare), pauseMs: PAUSE_MS }),
      ]);
    };
    // Opens what is hot, and warms the code up.
    await watchHot();
    await sleep(1500);
    await Promise.all([hot.tell({ order: 'stop' }), onlookers.tell({ order: 'stop' })]);
    await cold.tell(watching(disk.cold.map((file) => running.urlOf(file.fileId))));
    await sleep(500);
    await disk.disk.resetCounters();
    await watchHot();
    await sleep(RUN_MS);
    const counted = await disk.disk.counters();
    const { tookMs } = await hot.tell<Watched>({ order: 'stop' });
    const ofBare = await onlookers.tell<Watched>({ order: 'stop' });
    return {
      diskMbPerSecond: counted.readBytes / 1e3 / RUN_MS,
      positioningsPerSecond: (counted.positionings * 1000) / RUN_MS,
      hotRequests: tookMs.length,
      hotP99Ms: percentile(tookMs, 0.99),
      bareP99Ms: percentile(ofBare.tookMs, 0.99),
    };
  } finally {
    await Promise.all([cold.stop(), hot.stop(), onlookers.stop(), running.stop(), bare.stop()]);
  }
}

/** One disk with a crowd, and one with a few viewers, in one appliance: what the crowd takes from those. */
async function measureTwoDisks(first: FilledDisk, second: FilledDisk, options: BenchOptions): Promise<Metric[]> {
  const shares: number[] = [];
  const server = ours('kernel');
  for (let round = 0; round < Number(options.runs ?? 3); round++) {
    const alone = await measureSecondDisk(server, first, second, false);
    const beside = await measureSecondDisk(server, first, second, true);
    console.log(`two disks: the second one alone ${alone.toFixed(1)} MB/s, beside a crowd ${beside.toFixed(1)} MB/s`);
    shares.push((beside / alone) * 100);
  }
  const name = 'modelled 7,200 rpm disks, one saturated: speed of the other';
  return [{ name, value: median(shares), unit: '%', better: 'higher', target: 95 }];
}

async function measureSecondDisk(
  server: Server,
  first: FilledDisk,
  second: FilledDisk,
  crowd: boolean,
): Promise<number> {
  await setTheScene(first);
  await setTheScene(second);
  const running = await server.start([first.disk.folder, second.disk.folder], first.hot);
  const [many, few] = [viewers(), viewers()];
  const urlsOf = (files: readonly FileEntry[]): string[] => files.map((file) => running.urlOf(file.fileId));
  try {
    if (crowd) await many.tell(watching(urlsOf(first.cold)));
    await few.tell(watching(urlsOf(second.cold)));
    await sleep(300);
    await second.disk.resetCounters();
    // Short enough that the few files of the second disk are not all in memory before the end.
    await sleep(1000);
    return (await second.disk.counters()).readBytes / 1e6;
  } finally {
    await Promise.all([many.stop(), few.stop(), running.stop()]);
  }
}

function servers(nginxDir: string): Server[] {
  const nginx = (threads: number): Server => ({
    name: `nginx, aio, ${threads} threads`,
    start: async ([folder = '']) => {
      const running = await NginxProcess.start(nginxDir, folder, threads);
      return { urlOf: (fileId) => `${running.url}/${fileId}`, stop: () => running.stop() };
    },
  });
  return [ours('kernel'), ours('plain'), pipe(), ...(hasNginx() ? [nginx(32), nginx(128)] : [])];
}

function ours(kind: 'kernel' | 'plain'): Server {
  const name = kind === 'kernel' ? 'ours' : 'ours without koffi, hot files pinned';
  return {
    name,
    start: async (folders, hot) => {
      const token = tokenOf();
      // As the supervisor starts it: four reads of each disk, and some threads to spare.
      const child = new Child('./serving-process.ts', { UV_THREADPOOL_SIZE: String(4 + 4 * folders.length) });
      const url = await begin(child, { kind, folders, hot, pinnedBytes: HOT_VIEWERS * FILE_BYTES });
      return { urlOf: (fileId) => `${url}/${token}/${fileId}`, stop: () => child.stop() };
    },
  };
}

const pipe = (): Server => plainServer('the usual stream pipe', 'pipe');
const bareServer = (): Server => plainServer('a bare server of memory', 'memory');

function plainServer(name: string, kind: 'pipe' | 'memory'): Server {
  return {
    name,
    start: async (folders) => {
      const child = new Child('./serving-process.ts');
      const url = await begin(child, { kind, folders, hot: [], pinnedBytes: 0 });
      return { urlOf: (fileId) => `${url}/${fileId}`, stop: () => child.stop() };
    },
  };
}

async function begin(
  child: Child,
  { hot, ...order }: Pick<ServingOrder, 'kind' | 'folders' | 'pinnedBytes'> & { readonly hot: readonly FileEntry[] },
): Promise<string> {
  const whole: ServingOrder = { ...order, urlKey: URL_KEY, hot: hot.map((file) => file.fileId) };
  return (await child.tell<{ url: string }>(whole)).url;
}

function viewers(): Child {
  return new Child('./viewers-process.ts');
}

function watching(urls: readonly string[]): ViewersOrder {
  return { order: 'watch', urls, sizeBytes: FILE_BYTES, startByte: 0, rangeBytes: MIB, pauseMs: 0 };
}

function tokenOf(): string {
  const claims = {
    expiresAtS: Math.floor(Date.now() / 1000) + 3600,
    playId: '0123456789abcdef0123456789abcdef',
    scope: 'film',
  };
  return signMediaToken(claims, URL_KEY, (key, text) => createHmac('sha256', key).update(text).digest('hex'));
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.POSITIVE_INFINITY;
}

function textOf({ diskMbPerSecond, hotP99Ms, bareP99Ms, hotRequests, positioningsPerSecond }: Measured): string {
  const hot = `hot p99 ${hotP99Ms.toFixed(1)} ms of ${hotRequests}, of a bare server ${bareP99Ms.toFixed(1)} ms`;
  return `disk ${diskMbPerSecond.toFixed(1)} MB/s, ${positioningsPerSecond.toFixed(0)} positionings/s, ${hot}`;
}
