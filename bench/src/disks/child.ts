import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process of the bench, from its source. */
export class Child {
  readonly #child: ChildProcess;

  constructor(file: string, env: Readonly<Record<string, string>> = {}) {
    this.#child = fork(fileURLToPath(new URL(file, import.meta.url)), {
      execArgv: ['--conditions=pressplay-source', '--import=tsx'],
      env: { ...process.env, ...env },
    });
  }

  async tell<A>(order: object): Promise<A> {
    const heard = new AbortController();
    const { signal } = heard;
    try {
      const ended = once(this.#child, 'exit', { signal }).then(([code]) => {
        throw new Error(`A process of the bench ended with ${code}.`);
      });
      const answered = once(this.#child, 'message', { signal });
      this.#child.send(order);
      const [answer] = (await Promise.race([answered, ended])) as [A];
      return answer;
    } finally {
      heard.abort();
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}
