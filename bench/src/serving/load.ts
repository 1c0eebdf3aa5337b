import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { programPath } from './bundle.ts';
import type { LoadOrder } from './load-process.ts';

/** The process that asks. */
export class Load {
  readonly #child: ChildProcess = fork(programPath('load'));

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async perform(order: LoadOrder): Promise<void> {
    const answered = once(this.#child, 'message');
    this.#child.send(order);
    const [answer] = (await answered) as [{ readonly failed?: string }];
    if (answer.failed !== undefined) throw new Error(`The load failed: ${answer.failed}`);
  }

  stop(): void {
    this.#child.disconnect();
  }
}
