import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir, readFile } from 'node:fs/promises';
import { bundlePrograms, programAt } from '../bundle-programs.ts';
import type { BareOrder } from './bare-process.ts';
import type { Usage } from './measured-process.ts';
import type { RegionOrder } from './region-process.ts';

const OUT_DIR = 'node_modules/.cache/pressplay-bench/play-requests/dist/';

export async function bundleProcesses(): Promise<void> {
  const root = new URL('../../../', import.meta.url);
  // Where the process looks for them.
  await cp(new URL('mock-backend/drizzle', root), new URL(`${OUT_DIR}../drizzle`, root), { recursive: true });
  const input = {
    region: 'bench/src/play-requests/region-process.ts',
    bare: 'bench/src/play-requests/bare-process.ts',
    'table-worker': 'mock-backend/src/process/table-worker.ts',
  };
  await bundlePrograms({ outDir: OUT_DIR, input, external: ['pino', 'pg', 'prom-client'] });
}

interface Answer {
  readonly url?: string;
  readonly usage?: Usage;
  readonly changesRead?: number;
  readonly failed?: string;
}

/** A server in a process of its own, that says what it used. */
export class ServerProcess<O extends RegionOrder | BareOrder> {
  readonly #child: ChildProcess;

  constructor(name: 'region' | 'bare', execArgv: readonly string[] = []) {
    this.#child = fork(programAt(OUT_DIR, name), { execArgv: [...execArgv] });
  }

  async tell(order: O): Promise<Answer> {
    const heard = new AbortController();
    const { signal } = heard;
    try {
      const answered = Promise.race([once(this.#child, 'message', { signal }), this.#ended(signal)]);
      this.#child.send(order);
      const [answer] = (await answered) as [Answer];
      if (answer.failed !== undefined) throw new Error(answer.failed);
      return answer;
    } finally {
      heard.abort();
    }
  }

  async begin(order: O): Promise<string> {
    const { url } = await this.tell(order);
    if (url === undefined) throw new Error('The server did not say where it listens.');
    return url;
  }

  async usage(): Promise<Usage> {
    const { usage } = await this.tell({ order: 'usage' } as O);
    if (!usage) throw new Error('The server did not say what it used.');
    return usage;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  async #ended(signal: AbortSignal): Promise<never> {
    const [code, killedBy] = await once(this.#child, 'exit', { signal });
    throw new Error(`The server ended with ${code ?? killedBy}.`);
  }
}

/** Processor time of a process and all its children, in ticks of a hundredth of a second: of PostgreSQL and its backends. */
export async function treeCpuUs(pid: number): Promise<number> {
  let ticks = 0;
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    // The name of the program, in brackets, may hold anything.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, user = 0, system = 0, childUser = 0, childSystem = 0] = [1, 11, 12, 13, 14].map(
      (n) => fields[n] ?? 0,
    );
    if (Number(name) === pid) ticks += user + system + childUser + childSystem;
    else if (parent === pid) ticks += user + system;
  }
  return ticks * 10_000;
}
