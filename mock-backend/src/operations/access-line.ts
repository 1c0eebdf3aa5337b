import { maskMediaToken } from '@pressplay/protocol/wire';
import type { LogLevel } from '../ports.ts';

export interface AnsweredRequest {
  readonly method: string;
  /** As the app has it: `/v1/plays/:playId/renew`; `/*` where no route was found. */
  readonly route: string;
  readonly path: string;
  readonly status: number;
  /** Of the refusal, where it was one. */
  readonly code: string | undefined;
  readonly tookMs: number;
  readonly isPrefetch: boolean;
}

const SLOW_MS = 1000;
const LONGEST_PATH = 200;
const PERMISSION = ':token';
/** Who changes what all players see. Few, and asked about later. */
const CHANGES = /^\/v1\/(titles|sites\/:siteId|ocas\/:id|sites\/:id)(\/|$)/;

/**
 * How loud a request is in the log. Players and OCAs come thousands of times a second and are counted by the metrics:
 * `debug`. What operators change, and what was slow or failed, is worth a line each.
 */
export function accessLevel({ method, route, status, tookMs }: AnsweredRequest): LogLevel {
  if (status >= 500 || tookMs >= SLOW_MS) return 'warn';
  const changes = method === 'PUT' || method === 'POST' || method === 'DELETE';
  return changes && (CHANGES.test(route) || route === '/v1/steering/replay') ? 'info' : 'debug';
}

/** The path without what opens something, and bounded: whoever asks chose it. */
export function loggedPath({ route, path }: Pick<AnsweredRequest, 'route' | 'path'>): string {
  if (path === route) return path;
  const names = route.split('/');
  const shown = path
    .split('/')
    .map((part, at) => (names[at] === PERMISSION ? '***' : part))
    .join('/');
  return maskMediaToken(shown).slice(0, LONGEST_PATH);
}
