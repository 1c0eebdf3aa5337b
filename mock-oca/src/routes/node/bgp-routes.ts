import { isDeepStrictEqual } from 'node:util';
import type { Route, RoutesStatus } from '@pressplay/protocol/messages';
import { type LearnedRoute, readRoutes } from '@pressplay/protocol/routes';
import type { Log } from '../../deps.ts';
import { announcedRoutes } from '../announced-routes.ts';
import { type BirdSession, readSessions } from '../bird-sessions.ts';
import { type FilteredRoutes, type RouteRules, routeFilter } from '../filter-routes.ts';
import { type HeldSession, type HoldSettings, holdSession, unheardSession } from '../hold-routes.ts';
import type { RouteSource } from '../route-source.ts';
import { routesErrorOf } from '../routes-error.ts';
import { askBird } from './bird-socket.ts';
import { SavedRoutes } from './saved-routes.ts';

export interface BgpRoutesOptions extends RouteRules, HoldSettings {
  readonly pollMs: number;
  readonly socket: string;
  /** Names of the sessions. */
  readonly protocols: readonly string[];
  readonly log: Log;
  /** Where the last routes are kept over a restart. */
  readonly stateFile?: string | undefined;
  /** Called when the daemon does not answer. */
  readonly onSilent?: (() => void) | undefined;
  readonly onClose?: (() => Promise<void>) | undefined;
}

interface Told {
  readonly counts: string;
  readonly routes: readonly LearnedRoute[];
}

const NONE: readonly LearnedRoute[] = [];
const SAVE_MS = 10_000;

/** What the routers of an ISP announce, read from BIRD again and again. Never rejects: without a daemon its routes run out. */
export class BgpRoutes implements RouteSource {
  readonly #options: BgpRoutesOptions;
  readonly #filter: (routes: readonly LearnedRoute[]) => FilteredRoutes;
  readonly #saved: SavedRoutes;
  readonly #listeners = new Set<() => void>();
  readonly #sessions = new Map<string, HeldSession>();
  readonly #told = new Map<string, Told>();
  #counted: readonly (readonly LearnedRoute[])[] = [];
  #routes: readonly Route[] = [];
  #refused: FilteredRoutes['refused'] = {};
  #error: { readonly code: string; readonly message: string } | undefined;
  #savedAtMs = Number.NEGATIVE_INFINITY;
  #isSaved = true;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** Throws a `RoutesError` on a wrong rule. */
  constructor(options: BgpRoutesOptions) {
    this.#options = options;
    this.#filter = routeFilter(options);
    this.#saved = new SavedRoutes(options.stateFile);
    const saved = this.#saved.read();
    for (const name of options.protocols)
      this.#sessions.set(name, unheardSession(options, performance.now(), saved[name]));
    this.#count();
    void this.#poll();
  }

  routes(): readonly Route[] {
    return this.#routes;
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  status(): RoutesStatus {
    const wallAtMs = Date.now() - performance.now();
    const sessions = [...this.#sessions].map(([name, { state, reason, routes, sinceMs }]) => {
      return { name, state, reason, routes: routes.length, sinceMs: Math.round(wallAtMs + sinceMs) };
    });
    const error = this.#error && { error: this.#error };
    return { source: 'bgp', announced: this.#routes.length, refused: { ...this.#refused }, sessions, ...error };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    if (!this.#isSaved) this.#saved.write(this.#sessions);
    await this.#options.onClose?.();
  }

  async #poll(): Promise<void> {
    try {
      await this.#look();
    } catch (error) {
      this.#options.log('error', 'routes could not be read', { error: String(error) });
    }
    if (!this.#closed) this.#timer = setTimeout(() => void this.#poll(), this.#options.pollMs);
  }

  async #look(): Promise<void> {
    const seen = await this.#readDaemon();
    if (this.#closed) return;
    const nowMs = performance.now();
    for (const [name, before] of this.#sessions) {
      const session = seen.get(name);
      const { routes = NONE } = session?.up ? (this.#told.get(name) ?? {}) : {};
      const reason = session?.reason ?? this.#error?.message ?? 'BIRD has no session of this name';
      const now = holdSession(before, { up: session?.up ?? false, reason, routes }, nowMs, this.#options);
      this.#sessions.set(name, now);
      if (now.state !== before.state)
        this.#options.log(now.state === 'up' ? 'info' : 'warn', `BGP session ${name}: ${now.state}`, { reason });
    }
    this.#count();
    this.#save(nowMs);
  }

  /** The sessions; their routes are asked for only where some came or went. */
  async #readDaemon(): Promise<ReadonlyMap<string, BirdSession>> {
    const { socket, protocols, onSilent } = this.#options;
    try {
      const [shown = []] = await askBird(socket, ['show protocols all']);
      const sessions = readSessions(shown);
      const changed = protocols.filter((name) => {
        const session = sessions.get(name);
        return session?.up && session.counts !== this.#told.get(name)?.counts;
      });
      const answers = await askBird(
        socket,
        changed.map((name) => `show route all table all protocol ${name}`),
      );
      changed.forEach((name, index) => {
        const { routes } = readRoutes(answers[index] ?? [], 'bird');
        this.#told.set(name, { counts: sessions.get(name)?.counts ?? '', routes });
      });
      this.#failed(undefined);
      return sessions;
    } catch (error) {
      this.#failed(error);
      onSilent?.();
      return new Map();
    }
  }

  #failed(error: unknown): void {
    const before = this.#error?.message;
    this.#error = error === undefined ? undefined : routesErrorOf(error);
    if (this.#error && this.#error.message !== before) this.#options.log('error', this.#error.message, this.#error);
  }

  /** What counts now, of all sessions; tells the listeners where it is something else. */
  #count(): void {
    const counted = [...this.#sessions.values()].map(({ routes }) => routes);
    if (counted.every((routes, index) => routes === this.#counted[index])) return;
    this.#counted = counted;
    const { routes, refused } = this.#filter(counted.flat());
    this.#refused = refused;
    this.#isSaved = false;
    // BIRD may have heard again what it had: that is no news for a region.
    const announced = announcedRoutes(routes);
    if (isDeepStrictEqual(announced, this.#routes)) return;
    this.#routes = announced;
    this.#options.log('info', 'routes changed', { announced: announced.length, refused });
    for (const listener of this.#listeners) listener();
  }

  #save(nowMs: number): void {
    if (this.#isSaved || nowMs - this.#savedAtMs < SAVE_MS) return;
    this.#saved.write(this.#sessions);
    this.#isSaved = true;
    this.#savedAtMs = nowMs;
  }
}
