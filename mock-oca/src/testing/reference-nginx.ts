import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mtimeSecondsOf } from '@pressplay/protocol/wire';
import { freePort } from './free-port.ts';
import type { TestFile } from './oca-fixture.ts';

export interface ReferenceNginx {
  /** As nginx is by default. */
  readonly port: number;
  /** With `max_ranges 1`. */
  readonly oneRangePort: number;
  close(): Promise<void>;
}

/** A plain nginx with one file under any path that ends with its id: what our answers are compared with. */
export async function startReferenceNginx(binary: string, { entry, bytes }: TestFile): Promise<ReferenceNginx> {
  const folder = mkdtempSync(join(tmpdir(), 'reference-nginx-'));
  mkdirSync(join(folder, 'files'));
  const path = join(folder, 'files', entry.fileId);
  writeFileSync(path, bytes);
  utimesSync(path, mtimeSecondsOf(entry.fileId), mtimeSecondsOf(entry.fileId));
  const [port, oneRangePort] = [await freePort(), await freePort()];
  writeFileSync(join(folder, 'nginx.conf'), configOf(folder, port, oneRangePort));
  const child = spawn(binary, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    await listening(child, port);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  const gone = new Promise((resolve) => child.once('exit', resolve));
  return {
    port,
    oneRangePort,
    close: async () => {
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configOf(folder: string, port: number, oneRangePort: number): string {
  const server = (at: number, more: string): string =>
    `server { listen 127.0.0.1:${at}; location ~ "/([0-9a-f]{32})$" { alias ${folder}/files/$1; ${more} } }`;
  // The folder is its owner's alone, so the workers must be the same user.
  return `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr warn;
events {}
http {
  access_log off; default_type video/mp4; sendfile on;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  scgi_temp_path ${folder}/scgi; uwsgi_temp_path ${folder}/uwsgi;
  ${server(port, '')}
  ${server(oneRangePort, 'max_ranges 1;')}
}
`;
}

/** Rejects with what nginx says when it ends instead. */
async function listening(child: ChildProcess, port: number): Promise<void> {
  let said = '';
  let ended = false;
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  child.once('error', (error) => {
    said += String(error);
    ended = true;
  });
  child.once('exit', () => {
    ended = true;
  });
  while (!ended) {
    if (await answers(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`nginx ended: ${said}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
