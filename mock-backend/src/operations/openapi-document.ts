import { schemas } from '@pressplay/protocol';
import { OCA_ERRORS, PLAY_API_ERRORS } from '@pressplay/protocol/wire';
import { z } from 'zod';
import {
  type ApiRoute,
  type Caller,
  type Content,
  type ErrorCode,
  errorsOf,
  type SchemaName,
  TAGS,
} from './api-route.ts';

/** JSON of a document or of a part of it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const API_VERSION = '0.1.0';

const PATH_PARAMETERS: Readonly<Record<string, JsonObject>> = {
  playId: refTo('PlayId'),
  titleId: refTo('TitleId'),
  ocaId: refTo('OcaId'),
  siteId: refTo('SiteId'),
  fileId: refTo('FileId'),
  token: { type: 'string', description: 'Signed and expiring. A permission: never log it.' },
  permit: { type: 'string', description: 'The renditions that the play may show, as the token signs them.' },
  mouth: { type: 'string', enum: ['hls', 'dash'] },
};

const SECURITY: Readonly<Record<Caller, string | undefined>> = {
  everyone: undefined,
  'path-token': undefined,
  account: 'account',
  operator: 'operator',
  oca: 'oca',
  viewer: 'viewer',
};

const bearer = (description: string, bearerFormat?: string): JsonObject => ({
  type: 'http',
  scheme: 'bearer',
  description,
  ...(bearerFormat && { bearerFormat }),
});

const SECURITY_SCHEMES: JsonObject = {
  account: bearer('API token of an account, for 30 days.', 'JWT'),
  operator: bearer("The operators' token."),
  oca: bearer('The token of that OCA, and of no other.'),
  viewer: bearer("The viewers' token, which reads and changes nothing; the operators' token does as well."),
};

/** OpenAPI 3.1 of these routes; every schema is the protocol's own. */
export function openApiDocument(routes: readonly ApiRoute[]): JsonObject {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const path = paths[route.path] ?? {};
    path[route.method] = operationOf(route);
    paths[route.path] = path;
  }
  const used = new Set(routes.flatMap(({ tag }) => tag));
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Pressplay control plane',
      version: API_VERSION,
      summary: 'Who may play what, and from where.',
      description:
        'One region answers for all: any region serves any user. Every refusal is an `ErrorBody` with a code of a closed table. Every answer has the header `X-Request-Id`; a request may bring its own.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: TAGS.filter((name) => used.has(name)).map((name) => ({ name })),
    paths,
    components: { schemas: reachable(paths, allSchemas()), securitySchemes: SECURITY_SCHEMES },
  };
}

function operationOf(route: ApiRoute): JsonObject {
  const { method, path, tag, summary, description, caller, takes } = route;
  const scheme = SECURITY[caller];
  const parameters = parametersOf(route);
  return {
    operationId: operationIdOf(method, path),
    tags: [tag],
    summary,
    ...(description && { description }),
    security: scheme ? [{ [scheme]: [] }] : [],
    ...(parameters.length > 0 && { parameters }),
    ...(takes && { requestBody: { required: !takes.optional, content: contentOf(takes) } }),
    responses: { ...successes(route), ...refusals(route) },
  };
}

function parametersOf({ path, query = [] }: ApiRoute): readonly JsonObject[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const schema = PATH_PARAMETERS[name];
    if (!schema) throw new Error(`What is {${name}} of ${path}? PATH_PARAMETERS in openapi-document.ts does not say.`);
    return { name, in: 'path', required: true, schema };
  });
  return [
    ...inPath,
    ...query.map(({ name, is }) => ({ name, in: 'query', description: is, schema: { type: 'string' } })),
  ];
}

function successes({ gives }: ApiRoute): JsonObject {
  const answers = Object.entries(gives).map(([status, content]) => [
    status,
    content === 'nothing'
      ? { description: 'Done.', headers: HEADERS }
      : { description: 'is' in content ? content.is : content.schema, headers: HEADERS, content: contentOf(content) },
  ]);
  return Object.fromEntries(answers);
}

const HEADERS: JsonObject = {
  'X-Request-Id': { description: 'Also in the log of the region.', schema: { type: 'string' } },
};

/** One answer per status, which names the codes that come with it. */
function refusals(route: ApiRoute): JsonObject {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of errorsOf(route)) {
    const status = statusOf(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const answers = [...byStatus].map(([status, codes]): [string, JsonObject] => {
    const refusal: JsonObject = {
      allOf: [refTo('ErrorBody'), { properties: { error: { properties: { code: { enum: codes } } } } }],
    };
    const also = route.gives[status];
    const schema: JsonObject =
      also && also !== 'nothing' && 'schema' in also ? { anyOf: [refTo(also.schema), refusal] } : refusal;
    const description = codes.map((code) => `\`${code}\``).join(', ');
    return [String(status), { description, headers: HEADERS, content: { 'application/json': { schema } } }];
  });
  return Object.fromEntries(answers);
}

export const statusOf = (code: ErrorCode): number => ({ ...OCA_ERRORS, ...PLAY_API_ERRORS })[code];

function contentOf(content: Content): JsonObject {
  if ('schema' in content) return { 'application/json': { schema: refTo(content.schema) } };
  if (content.type === 'application/json') return { [content.type]: { schema: { type: 'object' } } };
  return { [content.type]: { schema: content.binary ? {} : { type: 'string' } } };
}

/** `postPlaysByPlayIdRenew` */
function operationIdOf(method: string, path: string): string {
  const words = path
    .replace(/^\/v1/, '')
    .replace(/\{(\w+)\}/g, 'by-$1')
    .split(/[^A-Za-z0-9]+/);
  return method + words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}

function refTo(name: SchemaName): JsonObject {
  return { $ref: `#/components/schemas/${name}` };
}

/** As a caller writes and reads them: what has a default may be left out. */
function allSchemas(): JsonObject {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema as z.ZodType, { id });
  const { schemas: byId } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: 'input' });
  return Object.fromEntries(
    Object.entries(byId).map(([id, { $schema: _schema, $id: _id, ...schema }]) => [id, schema as JsonObject]),
  );
}

/** The schemas that the paths name, and those that these name. */
function reachable(from: Json, all: JsonObject): JsonObject {
  const found = new Set<string>();
  const visit = (node: Json): void => {
    for (const [, name = ''] of JSON.stringify(node).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (found.has(name)) continue;
      found.add(name);
      visit(all[name] ?? null);
    }
  };
  visit(from);
  return Object.fromEntries(Object.entries(all).filter(([name]) => found.has(name)));
}
