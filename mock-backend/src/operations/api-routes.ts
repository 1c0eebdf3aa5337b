import type { ApiRoute, ErrorCode } from './api-route.ts';

const json = (schema: Extract<NonNullable<ApiRoute['takes']>, { schema: unknown }>['schema']) => ({ schema });
const NOTHING = { 204: 'nothing' } as const;

const PERMISSION: readonly ErrorCode[] = [
  'title/unknown',
  'title/no-playable-rendition',
  'account/unknown-plan',
  'account/stream-limit',
  'play/ended',
  'steering/no-server',
  'store/unavailable',
];

const PLAYS: readonly ApiRoute[] = [
  {
    method: 'post',
    path: '/v1/plays',
    tag: 'Plays',
    summary: 'Start a play',
    description:
      'One answer with everything a player needs: servers, renditions with their segments, a media token. Repeating it with the same idempotency key gives the same play, in every region. A page may send `accessToken` as one more field of a `text/plain` body in place of the header `Authorization`: that costs no CORS preflight.',
    caller: 'account',
    takes: json('PlayRequest'),
    gives: { 200: json('PlayResponse') },
    errors: [
      ...PERMISSION,
      'title/not-live',
      'licence/territory',
      'licence/window',
      'account/age-rating',
      'play/idempotency-conflict',
      'store/snapshot-expired',
    ],
  },
  {
    method: 'post',
    path: '/v1/plays/{playId}/renew',
    tag: 'Plays',
    summary: 'Go on with a play',
    description: 'A fresh token and a fresh ranking. Asked as often as `refreshInMs` says.',
    caller: 'account',
    takes: { ...json('TokenInBody'), optional: true },
    gives: { 200: json('PlayRenewal') },
    errors: [...PERMISSION, 'play/unknown'],
  },
  ...(['post /v1/plays/{playId}/end', 'delete /v1/plays/{playId}'] as const).map((route): ApiRoute => {
    const [method, path] = route.split(' ') as ['post' | 'delete', `/${string}`];
    return {
      method,
      path,
      tag: 'Plays',
      summary: method === 'post' ? 'End a play' : 'End a play, as REST has it',
      description:
        'Its stream is free at once. The media token of the play opens this route as well as its account does.',
      caller: 'account',
      takes: { ...json('TokenInBody'), optional: true },
      gives: NOTHING,
      errors: ['play/unknown', 'store/unavailable'],
    };
  }),
];

const manifest = (name: string, type: string, is: string, summary: string): ApiRoute => ({
  method: 'get',
  path: `/v1/manifests/{token}/{permit}/${name}`,
  tag: 'Manifests',
  summary,
  description:
    'For players that know no header: the path is the permission. Ask for it with `manifests` in a play request.',
  caller: 'path-token',
  gives: { 200: { type, is } },
  errors: [
    'auth/invalid',
    'play/ended',
    'play/unknown',
    'title/unknown',
    'title/no-playlists',
    'steering/no-server',
    'store/unavailable',
  ],
});

const MANIFESTS: readonly ApiRoute[] = [
  manifest('main.m3u8', 'application/vnd.apple.mpegurl', 'An HLS multivariant playlist.', 'HLS for any player'),
  manifest('main.mpd', 'application/dash+xml', 'A DASH MPD.', 'DASH for any player'),
  {
    ...manifest('steering/{mouth}', '', '', 'Content steering'),
    description: 'HLS and DASH content steering: which server a stock player goes to next.',
    query: [
      { name: '_HLS_pathway', is: 'Where an HLS player is.' },
      { name: '_HLS_throughput', is: 'What it measured there, in bits per second.' },
      { name: '_DASH_pathway', is: 'Where a DASH player is, or was, comma-separated in quotes.' },
      { name: '_DASH_throughput', is: 'What it measured there, in bits per second.' },
      { name: 'of', is: 'State of the session, as the manifest or the last answer has it.' },
      { name: 'until', is: 'State of the session.' },
      { name: 'renewed', is: 'State of the session.' },
      { name: 'seen', is: 'State of the session.' },
    ],
    gives: { 200: json('SteeringManifest') },
  },
];

const TITLES: readonly ApiRoute[] = [
  {
    method: 'get',
    path: '/v1/titles',
    tag: 'Titles',
    summary: 'List the titles',
    caller: 'account',
    gives: { 200: json('TitleList') },
    errors: ['store/unavailable'],
  },
  {
    method: 'put',
    path: '/v1/titles/{titleId}',
    tag: 'Titles',
    summary: 'Publish or change a title',
    caller: 'operator',
    takes: json('CatalogTitle'),
    gives: NOTHING,
    errors: ['store/unavailable'],
  },
];

const TELEMETRY: readonly ApiRoute[] = [
  {
    method: 'post',
    path: '/v1/telemetry/{token}',
    tag: 'Telemetry',
    summary: 'Report what a play lives through',
    description: 'Lines of CMCD v2 events. Any region takes the reports of any play.',
    caller: 'path-token',
    takes: { type: 'text/plain', is: 'At most 64 KiB and 500 lines of `application/cmcd`.' },
    gives: NOTHING,
    errors: ['auth/invalid', 'play/unknown'],
  },
  {
    method: 'get',
    path: '/v1/telemetry',
    tag: 'Telemetry',
    summary: 'Views and quality of experience',
    caller: 'viewer',
    gives: { 200: json('TelemetryReport') },
  },
];

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
export const API_ROUTES: readonly ApiRoute[] = [
  ...PLAYS,
  ...MANIFESTS,
  ...TITLES,
  ...TELEMETRY,
  ...OCAS,
  ...STEERING,
  ...FLEET,
  ...OPERATIONS,
];
