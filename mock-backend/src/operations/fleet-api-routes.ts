import { type ApiRoute, type ErrorCode, json, NOTHING } from './api-route.ts';

const OCAS: readonly ApiRoute[] = [
  {
    method: 'put',
    path: '/v1/ocas/{ocaId}/health',
    tag: 'OCAs',
    summary: 'An OCA says how it is',
    description: 'Each second. An OCA that is silent for longer than the deadline is not named to players.',
    caller: 'oca',
    takes: json('HealthReport'),
    gives: { 200: json('ReportAnswer'), ...NOTHING },
  },
  {
    method: 'put',
    path: '/v1/ocas/{ocaId}/routes',
    tag: 'OCAs',
    summary: 'An OCA says whom it may serve',
    caller: 'oca',
    takes: json('RoutesReport'),
    gives: NOTHING,
  },
  {
    method: 'put',
    path: '/v1/ocas/{ocaId}/inventory',
    tag: 'OCAs',
    summary: 'An OCA says what it holds',
    caller: 'oca',
    takes: json('InventoryReport'),
    gives: NOTHING,
  },
  {
    method: 'get',
    path: '/v1/ocas/{ocaId}/fill-manifest',
    tag: 'OCAs',
    summary: 'What an OCA should hold, and where to copy it from',
    caller: 'oca',
    gives: { 200: json('FillManifest') },
    errors: ['fleet/unknown-oca', 'store/unavailable'],
  },
  {
    method: 'get',
    path: '/v1/origin/{token}/{fileId}',
    tag: 'OCAs',
    summary: 'Read a file of the origin',
    caller: 'path-token',
    gives: { 200: { type: 'application/octet-stream', is: 'The whole file.', binary: true } },
    errors: [
      'request/not-found',
      'file/unknown',
      'token/malformed',
      'token/bad-signature',
      'token/expired',
      'token/wrong-title',
    ],
  },
];

const STEERING: readonly ApiRoute[] = [
  {
    method: 'get',
    path: '/v1/steering/decisions/{playId}',
    tag: 'Steering',
    summary: 'Why a play has its servers',
    caller: 'viewer',
    gives: { 200: json('SteeringExplanations') },
    errors: ['steering/not-logged', 'store/unavailable'],
  },
  {
    method: 'post',
    path: '/v1/steering/replay',
    tag: 'Steering',
    summary: 'Logged decisions made again, with sites taken away',
    caller: 'viewer',
    takes: json('ReplayRequest'),
    gives: { 200: json('ReplayReport') },
    errors: ['store/unavailable'],
  },
  {
    method: 'put',
    path: '/v1/sites/{siteId}/routes',
    tag: 'Steering',
    summary: 'Routes of a site from a dump, in parts',
    caller: 'operator',
    takes: json('RoutesImport'),
    gives: NOTHING,
    errors: ['store/unavailable'],
  },
];

const drain = (folder: 'ocas/{ocaId}' | 'sites/{siteId}', what: string): readonly ApiRoute[] => {
  const errors: readonly ErrorCode[] = ['fleet/unknown-oca', 'store/unavailable'];
  const route = { path: `/v1/${folder}/drain`, tag: 'Fleet', caller: 'operator', gives: NOTHING, errors } as const;
  return [
    { ...route, method: 'put', summary: `Take ${what} out of service`, takes: json('DrainRequest') },
    { ...route, method: 'delete', summary: `Put ${what} back into service` },
  ];
};

const FLEET: readonly ApiRoute[] = [
  {
    method: 'get',
    path: '/v1/fleet',
    tag: 'Fleet',
    summary: 'What this region knows of the fleet',
    caller: 'viewer',
    gives: { 200: json('FleetStatus') },
    errors: ['store/unavailable'],
  },
  {
    method: 'get',
    path: '/v1/ocas/{ocaId}',
    tag: 'Fleet',
    summary: 'What this region knows of one OCA',
    description: 'Its last report, whether it is named to players and why, what it announces and what it holds.',
    caller: 'viewer',
    gives: { 200: json('OcaDetail') },
    errors: ['fleet/unknown-oca', 'store/unavailable'],
  },
  ...drain('ocas/{ocaId}', 'an OCA'),
  ...drain('sites/{siteId}', 'a site'),
];

/** What OCAs report and operators ask of the fleet. */
export const FLEET_ROUTES: readonly ApiRoute[] = [...OCAS, ...STEERING, ...FLEET];
