import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsFiles } from '../engines/tls-files.ts';

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

export interface TestCertificate extends TlsFiles {
  /** The same files with another key. */
  renew(): void;
  remove(): void;
}

/** For 127.0.0.1, signed by itself. */
export function makeCertificate(): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const [certificateFile, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const renew = (): void => {
    const { status } = spawnSync('openssl', [
      ...kind,
      ...['-subj', '/CN=127.0.0.1', '-keyout', keyFile, '-out', certificateFile],
    ]);
    if (status !== 0) throw new Error('openssl made no certificate.');
  };
  renew();
  return { certificateFile, keyFile, renew, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
