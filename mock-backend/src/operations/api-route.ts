import type { schemas } from '@pressplay/protocol';
import type { OcaErrorCode, PlayApiErrorCode } from '@pressplay/protocol/wire';

export type SchemaName = keyof typeof schemas;
export type ErrorCode = PlayApiErrorCode | OcaErrorCode;

/** Who may call: an account by its API token, an operator, a viewer of what operators see, that OCA, or whoever holds a path with a token in it. */
export type Caller = 'everyone' | 'account' | 'operator' | 'viewer' | 'oca' | 'path-token';

export const TAGS = [
  'Plays',
  'Manifests',
  'Titles',
  'Telemetry',
  'Accounts',
  'OCAs',
  'Steering',
  'Fleet',
  'Operations',
] as const;

/** A body of JSON, by its schema. */
export const json = (schema: SchemaName): { readonly schema: SchemaName } => ({ schema });
export const NOTHING = { 204: 'nothing' } as const;

/** What a body is: JSON of a schema, or something else by its media type. */
export type Content =
  | { readonly schema: SchemaName }
  | { readonly type: string; readonly is: string; readonly binary?: boolean };

export interface Question {
  readonly name: string;
  readonly is: string;
}

/** One route as its callers see it. The document at `/openapi.json` is made of these; a test holds them to the app. */
export interface ApiRoute {
  readonly method: 'get' | 'put' | 'post' | 'delete';
  /** As OpenAPI writes it: `/v1/plays/{playId}`. */
  readonly path: `/${string}`;
  readonly tag: (typeof TAGS)[number];
  readonly summary: string;
  readonly description?: string;
  readonly caller: Caller;
  /** Parameters of the query, all of them optional. */
  readonly query?: readonly Question[];
  readonly takes?: Content & { readonly optional?: boolean };
  /** What goes well, by status. */
  readonly gives: Readonly<Record<number, Content | 'nothing'>>;
  /** What this route may refuse beyond what every route of its kind may. */
  readonly errors?: readonly ErrorCode[];
}

const ERRORS_OF_CALLERS: Readonly<Record<Caller, readonly ErrorCode[]>> = {
  everyone: [],
  account: ['auth/missing', 'auth/invalid', 'auth/revoked'],
  operator: ['auth/missing', 'auth/forbidden'],
  oca: ['auth/missing', 'auth/forbidden'],
  viewer: ['auth/missing', 'auth/forbidden'],
  'path-token': [],
};

const ERRORS_OF_BODIES: readonly ErrorCode[] = ['request/malformed-json', 'request/invalid', 'request/too-large'];
const ERRORS_OF_ALL: readonly ErrorCode[] = ['request/rate-limited', 'server/overloaded', 'server/internal'];

/** Every code that the route may answer with, in the order of the first mention. */
export function errorsOf({ caller, takes, path, query, errors = [] }: ApiRoute): readonly ErrorCode[] {
  const reads = takes ? ERRORS_OF_BODIES : [];
  const asked: readonly ErrorCode[] = path.includes('{') || query ? ['request/invalid'] : [];
  return [...new Set([...errors, ...ERRORS_OF_CALLERS[caller], ...reads, ...asked, ...ERRORS_OF_ALL])];
}
