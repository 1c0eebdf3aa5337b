import { type ApiRoute, type ErrorCode, json, NOTHING } from './api-route.ts';

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
    'title/no-index',
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
    description:
      'With all segments, or as the catalog keeps long films: with the first two minutes and an `indexFile` in the origin.',
    gives: NOTHING,
    errors: ['title/no-index', 'store/unavailable'],
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

const ACCOUNTS: readonly ApiRoute[] = [
  {
    method: 'post',
    path: '/v1/revocations',
    tag: 'Accounts',
    summary: 'Call API tokens back',
    description:
      "One token by its id, or all tokens of an account that were issued before a moment. This region refuses them at once, the others within seconds, until they have expired. Plays that run with them end with their next renewal; of an account's plays in stock players, with the next steering.",
    caller: 'operator',
    takes: json('RevocationRequest'),
    gives: { 200: json('Revocation') },
    errors: ['store/unavailable'],
  },
  {
    method: 'get',
    path: '/v1/revocations',
    tag: 'Accounts',
    summary: 'What was called back',
    caller: 'viewer',
    gives: { 200: json('RevocationList') },
  },
];

/** What players and pages ask, and what is asked of their accounts. */
export const PLAYER_ROUTES: readonly ApiRoute[] = [...PLAYS, ...MANIFESTS, ...TITLES, ...TELEMETRY, ...ACCOUNTS];
