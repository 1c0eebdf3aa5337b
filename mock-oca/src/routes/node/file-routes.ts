import { type BigIntStats, readFileSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Route, RoutesStatus } from '@pressplay/protocol/messages';
import { type LearnedRoute, readRoutes } from '@pressplay/protocol/routes';
import type { Log } from '../../deps.ts';
import { announcedRoutes } from '../announced-routes.ts';
import { type FilteredRoutes, routeFilter } from '../filter-routes.ts';
import type { RouteSource } from '../route-source.ts';
import type { FileRoutes as Config } from '../routes-config.ts';
import { RoutesError, routesErrorOf } from '../routes-error.ts';

/** The routes of a file, read again whenever it changes. A file that is gone or wrong leaves the routes of before. */
export class FileRoutes implements RouteSource {
  readonly #config: Config;
  readonly #log: Log;
  readonly #filter: (routes: readonly LearnedRoute[]) => FilteredRoutes;
  readonly #listeners = new Set<() => void>();
  #routes: readonly Route[] = [];
  #refused: FilteredRoutes['refused'] = {};
  #error: { readonly code: string; readonly message: string } | undefined;
  #seen: string;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** Throws a `RoutesError` where the file is not there or holds something else. */
  constructor(config: Config, log: Log) {
    this.#config = config;
    this.#log = log;
    this.#filter = routeFilter(config);
    // Looked at before it is read: what is written meanwhile is a change.
    this.#seen = stampOf(statSync(config.path, { bigint: true, throwIfNoEntry: false }));
    this.#read();
    this.#lookLater();
  }

  routes(): readonly Route[] {
    return this.#routes;
  }

  status(): RoutesStatus {
    const error = this.#error && { error: this.#error };
    return { source: 'file', announced: this.#routes.length, refused: { ...this.#refused }, sessions: [], ...error };
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  /** Asked for, not told: the file may be renamed into place, and lie on a file system that tells nothing. */
  #lookLater(): void {
    if (!this.#closed) this.#timer = setTimeout(() => void this.#look(), this.#config.pollMs).unref();
  }

  async #look(): Promise<void> {
    const stamp = stampOf(await stat(this.#config.path, { bigint: true }).catch(() => undefined));
    if (!this.#closed && stamp !== this.#seen) {
      this.#seen = stamp;
      this.#changed();
    }
    this.#lookLater();
  }

  #changed(): void {
    try {
      this.#read();
      this.#error = undefined;
    } catch (error) {
      this.#error = routesErrorOf(error);
      this.#log('error', 'the routes stay as they were', this.#error);
      return;
    }
    this.#log('info', 'routes changed', { announced: this.#routes.length, refused: this.#refused });
    for (const listener of this.#listeners) listener();
  }

  #read(): void {
    const { routes, refused } = this.#filter(routesIn(textOf(this.#config.path), this.#config.path));
    this.#routes = announcedRoutes(routes);
    this.#refused = refused;
  }
}

/** Another one for whatever is written to the file or put in its place. */
const stampOf = (file: BigIntStats | undefined): string =>
  file ? `${file.dev} ${file.ino} ${file.size} ${file.mtimeNs} ${file.ctimeNs}` : 'none';

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new RoutesError(
      'routes/file-unreadable',
      `${path} cannot be read: ${(error as NodeJS.ErrnoException).code}.`,
    );
  }
}

/** Throws where any of it is no route: a file that is half written must not withdraw what it does not yet hold. */
function routesIn(text: string, path: string): readonly LearnedRoute[] {
  const { routes, wrong } = readRoutes(jsonLines(text) ?? text.split('\n'));
  const [first] = wrong;
  if (first)
    throw new RoutesError('routes/file-invalid', `${path} holds no route in line ${first.line}: ${first.text}`);
  if (routes.length === 0 && text.trim() !== '' && text.trim() !== '[]')
    throw new RoutesError(
      'routes/file-invalid',
      `${path} holds no routes: JSON, birdc show route all and bgpdump -m are known.`,
    );
  return routes;
}

/** A JSON document as a line for each route; undefined for what is none. */
function jsonLines(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const list = Array.isArray(value) ? value : (value as { readonly routes?: unknown } | null)?.routes;
    return Array.isArray(list) ? list.map((each) => JSON.stringify(each)) : undefined;
  } catch {
    return undefined;
  }
}
