import { createHash, createHmac } from 'node:crypto';
import { type HmacSha256Hex, signMediaToken } from '@pressplay/protocol/wire';
import { createOca, type Oca } from '../app.ts';
import type { Clock, Http, OcaDeps, Sha256Hasher } from '../deps.ts';
import { type DiskStore, type FileEntry, writeFile } from '../disks/disk-store.ts';
import { MemoryDiskStore } from '../disks/memory-disk-store.ts';
import type { Vitals } from '../health/machine-watch.ts';
import { OcaConfig, type OcaConfigInput } from '../oca-config.ts';
import type { RequestLogLine } from '../serving/request-log.ts';

export const hmac: HmacSha256Hex = (key, text) => createHmac('sha256', key).update(text).digest('hex');
export const playId = '0123456789abcdef0123456789abcdef';
const secret = '0123456789abcdef';

export const ocaConfig: OcaConfigInput = {
  ocaId: 'fjord-1-a',
  siteId: 'fjord-1',
  baseUrl: 'http://127.20.1.1:8600',
  capacityBps: 1e9,
  urlKey: secret,
  ocaToken: 'oca-token-0123456789',
  controlToken: 'control-token-0123456789',
  regions: [],
  routes: [],
};

export const realClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  schedule: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

export const sha256 = (): Sha256Hasher => {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
};

export interface TestFile {
  readonly entry: FileEntry;
  readonly bytes: Uint8Array;
}

/** A file whose bytes differ at each place, so that a shifted range is seen. */
export function testFile(sizeBytes: number, titleId = 'film', seed = 1): TestFile {
  const bytes = Uint8Array.from({ length: sizeBytes }, (_, at) => (at * 31 + (at >> 8) * 17 + seed) & 0xff);
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { entry: { fileId: hash.slice(0, 32), titleId, sizeBytes, sha256: hash }, bytes };
}

/** Outlives a slow machine: some tests sign once for all of a file. */
export function tokenFor(scope = 'film', lifetimeMs = 3_600_000, nowMs = Date.now()): string {
  return signMediaToken({ expiresAtS: Math.floor((nowMs + lifetimeMs) / 1000), playId, scope }, secret, hmac);
}

export interface OcaFixture {
  readonly oca: Oca;
  readonly config: OcaConfig;
  readonly disks: DiskStore;
  readonly log: RequestLogLine[];
}

export async function ocaWith(
  files: readonly TestFile[],
  options: {
    readonly config?: Partial<OcaConfigInput>;
    readonly clock?: Clock;
    readonly disks?: DiskStore;
    readonly http?: Http;
    readonly vitals?: () => Vitals;
  } = {},
): Promise<OcaFixture> {
  const disks = options.disks ?? new MemoryDiskStore();
  const log: RequestLogLine[] = [];
  for (const { entry, bytes } of files) await writeFile(disks, entry, bytes);
  const deps: OcaDeps = {
    config: { ...ocaConfig, ...options.config },
    disks,
    http: options.http ?? (() => Promise.reject(new Error('no network here'))),
    clock: options.clock ?? realClock,
    hmac,
    sha256,
    log: () => {},
    requestLog: (line) => void log.push(line),
    ...(options.vitals && { vitals: options.vitals }),
  };
  return { oca: createOca(deps), config: OcaConfig.parse(deps.config), disks, log };
}
