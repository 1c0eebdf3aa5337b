import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { LearnedRoute } from '@pressplay/protocol/routes';
import { z } from 'zod';

const Saved = z.record(
  z.string(),
  z.array(z.object({ prefix: z.string(), asPath: z.array(z.number()), med: z.number() })),
);

/** What the sessions had told when the agent ended: a restart of it must not send viewers away. */
export class SavedRoutes {
  readonly #path: string | undefined;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** By session; empty where there is none, or nothing readable. */
  read(): Readonly<Record<string, readonly LearnedRoute[]>> {
    if (this.#path === undefined) return {};
    try {
      return Saved.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
    } catch {
      return {};
    }
  }

  write(sessions: ReadonlyMap<string, { readonly routes: readonly LearnedRoute[] }>): void {
    if (this.#path === undefined) return;
    const saved = Object.fromEntries([...sessions].map(([name, { routes }]) => [name, routes]));
    writeFileSync(`${this.#path}.new`, JSON.stringify(saved));
    renameSync(`${this.#path}.new`, this.#path);
  }
}
