import { type Child, type ChildSpec, startChild } from './child.ts';

export type ProcessState = 'starting' | 'up' | 'hanging' | 'down';

/** A place in the fleet that one process fills, until somebody kills it and until somebody starts it again. */
export class ManagedProcess {
  readonly id: string;
  readonly #spec: ChildSpec;
  readonly #onUnexpectedExit: () => void;
  #child: Child | undefined;
  #state: ProcessState = 'down';
  #ending = false;

  constructor(id: string, spec: ChildSpec, onUnexpectedExit: () => void) {
    this.id = id;
    this.#spec = spec;
    this.#onUnexpectedExit = onUnexpectedExit;
  }

  get state(): ProcessState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#child?.running() ? this.#child.pid : undefined;
  }

  /** Starts the process if none runs, and waits until it listens. */
  async start(): Promise<void> {
    if (this.#child?.running()) return this.#child.ready;
    const child = startChild(this.#spec);
    this.#child = child;
    this.#ending = false;
    this.#state = 'starting';
    void child.exited.then(() => this.#left(child));
    await child.ready;
    if (child.running()) this.#state = 'up';
  }

  /** It stays, accepts and answers nothing, until it is killed. */
  hang(): void {
    if (this.#state !== 'up') return;
    this.#child?.hang();
    this.#state = 'hanging';
  }

  async kill(): Promise<void> {
    this.#ending = true;
    await this.#child?.kill();
  }

  async end(graceMs: number): Promise<void> {
    // What hangs hears no signal but one.
    if (this.#state === 'hanging') return this.kill();
    this.#ending = true;
    await this.#child?.end(graceMs);
  }

  #left(child: Child): void {
    if (child !== this.#child) return;
    this.#state = 'down';
    if (!this.#ending) this.#onUnexpectedExit();
  }
}
