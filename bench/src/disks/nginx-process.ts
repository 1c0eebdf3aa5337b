import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

export function hasNginx(): boolean {
  return spawnSync('nginx', ['-v']).status === 0;
}

/** nginx by hand, as one tunes it for hard disks: a pool of threads that read, files sent by the kernel. */
export class NginxProcess {
  readonly url: string;
  readonly #child: ChildProcess;

  static async start(dir: string, folder: string, threads: number): Promise<NginxProcess> {
    mkdirSync(dir, { recursive: true });
    const port = await freePort();
    const conf = join(dir, 'nginx.conf');
    writeFileSync(conf, configuration(dir, folder, threads, port));
    const child = spawn('nginx', ['-p', dir, '-c', conf, '-e', join(dir, 'error.log')], { stdio: 'ignore' });
    const nginx = new NginxProcess(`http://127.0.0.1:${port}`, child);
    await nginx.#answering();
    return nginx;
  }

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }

  async #answering(): Promise<void> {
    for (let i = 0; i < 100; i++) {
      if (
        await fetch(this.url).then(
          () => true,
          () => false,
        )
      )
        return;
      if (this.#child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('nginx did not start.');
  }
}

function configuration(dir: string, folder: string, threads: number, port: number): string {
  return `
daemon off;
user root;
worker_processes 1;
pid ${dir}/nginx.pid;
error_log ${dir}/error.log crit;
thread_pool disk threads=${threads};
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  sendfile_max_chunk 1m;
  aio threads=disk;
  open_file_cache max=1000 inactive=60s;
  keepalive_requests 1000000;
  server { listen 127.0.0.1:${port}; root ${folder}; }
}
`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
