import { spawnSync } from 'node:child_process';
import { createHash, randomFillSync } from 'node:crypto';
import { accessSync, chmodSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NodeDiskStore, writeFile } from '@pressplay/mock-oca/node';

export const FILE_BYTES = 8 * 1024 * 1024;
const FILES = 8;
export const TITLE = 'film';

export interface MadeDisk {
  /** With files as an appliance keeps them. */
  readonly folder: string;
  readonly fileIds: readonly string[];
  /** Self-signed; absent where the machine has no openssl. */
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
  remove(): void;
}

/** A folder in memory, where there is one: the page cache of a disk may be taken away meanwhile. */
export async function makeDisk(): Promise<MadeDisk> {
  const above = mkdtempSync(join(memoryFolder(), 'pressplay-serving-'));
  // nginx's workers are somebody else.
  chmodSync(above, 0o755);
  const folder = join(above, 'disk0');
  const store = await NodeDiskStore.open([folder], () => {});
  const fileIds: string[] = [];
  for (let n = 0; n < FILES; n++) {
    const bytes = randomFillSync(new Uint8Array(FILE_BYTES));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const fileId = sha256.slice(0, 32);
    await writeFile(store, { fileId, titleId: TITLE, sizeBytes: FILE_BYTES, sha256 }, bytes);
    fileIds.push(fileId);
  }
  store.close();
  const tls = certificate(above);
  return { folder, fileIds, ...(tls && { tls }), remove: () => rmSync(above, { recursive: true, force: true }) };
}

function memoryFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

function certificate(folder: string): MadeDisk['tls'] {
  const tls = { certificateFile: join(folder, 'certificate.pem'), keyFile: join(folder, 'key.pem') };
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', '/CN=127.0.0.1', '-keyout', tls.keyFile, '-out', tls.certificateFile],
  ]);
  if (made.status !== 0) return undefined;
  // An appliance that root starts becomes somebody else before it reads the key.
  chmodSync(tls.keyFile, 0o644);
  return tls;
}
