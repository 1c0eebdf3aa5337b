import { type ApiRoute, json } from './api-route.ts';
import { FLEET_ROUTES } from './fleet-api-routes.ts';
import { PLAYER_ROUTES } from './player-api-routes.ts';

const OPERATIONS: readonly ApiRoute[] = [
  {
    method: 'get',
    path: '/v1/health',
    tag: 'Operations',
    summary: 'Whether this region takes new plays',
    description:
      'Readiness: 503 with the same body where it does not, and from the moment it is told to end. Take the region out of the balance then; do not restart it.',
    caller: 'everyone',
    gives: { 200: json('RegionHealth'), 503: json('RegionHealth') },
  },
  {
    method: 'get',
    path: '/v1/live',
    tag: 'Operations',
    summary: 'Whether this process answers at all',
    description: 'Liveness: asks nothing but the process. Restart it where this stays silent.',
    caller: 'everyone',
    gives: { 200: json('RegionLife') },
  },
  {
    method: 'get',
    path: '/metrics',
    tag: 'Operations',
    summary: 'Counters, latencies and state for Prometheus',
    caller: 'viewer',
    gives: {
      200: { type: 'text/plain', is: "Prometheus' text format. 404 where the region is not a process of its own." },
    },
    errors: ['request/not-found'],
  },
  {
    method: 'get',
    path: '/openapi.json',
    tag: 'Operations',
    summary: 'This document',
    caller: 'everyone',
    gives: { 200: { type: 'application/json', is: 'OpenAPI 3.1.' } },
  },
  {
    method: 'get',
    path: '/docs',
    tag: 'Operations',
    summary: 'This document for people',
    caller: 'everyone',
    gives: { 200: { type: 'text/html', is: 'A page that loads nothing from elsewhere.' } },
  },
];

/** Every route of the control plane. */
export const API_ROUTES: readonly ApiRoute[] = [...PLAYER_ROUTES, ...FLEET_ROUTES, ...OPERATIONS];
