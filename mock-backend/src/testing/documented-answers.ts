import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { ApiRoute } from '../operations/api-route.ts';
import { API_ROUTES } from '../operations/api-routes.ts';
import { type Json, type JsonObject, openApiDocument } from '../operations/openapi-document.ts';

interface SeenAnswer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

const WHERE = 'mock-backend/src/operations/*api-routes.ts';
let checker: Ajv2020 | undefined;
const compiled = new Map<string, ValidateFunction>();

/** Throws where an answer is not what `/openapi.json` says of its route: status, code, media type, every field. */
export function requireDocumented({ method, path, status, headers, body }: SeenAnswer): void {
  const asked = `${method} ${path.replace(/\?.*/, '')}`;
  if (method === 'OPTIONS' || method === 'HEAD' || isOfNoRoute(body)) return;
  const route = API_ROUTES.find((candidate) => matches(candidate, method, path));
  if (!route) throw new Error(`${asked} answers, and ${WHERE} does not list it: describe it there.`);
  const operation = at(document(), ['paths', route.path, route.method, 'responses', String(status)]);
  const name = `${route.method.toUpperCase()} ${route.path}`;
  if (!operation) throw new Error(`${name} answers ${status} ${codeOf(body)}, and ${WHERE} does not say so.`);
  if (!headers.has('X-Request-Id')) throw new Error(`${name} answers without X-Request-Id.`);
  const content = at(operation, ['content']) as JsonObject | undefined;
  const type = (headers.get('Content-Type') ?? '').replace(/;.*/, '');
  if (!content) {
    if (body !== '') throw new Error(`${name} answers ${status} with a body, and ${WHERE} says that there is none.`);
  } else if (!(type in content)) {
    throw new Error(`${name} answers ${status} as "${type}", and ${WHERE} says ${Object.keys(content).join()}.`);
  } else if (type === 'application/json') {
    const check = validator([
      'paths',
      route.path,
      route.method,
      'responses',
      String(status),
      'content',
      type,
      'schema',
    ]);
    if (!check(body)) {
      const [first] = check.errors ?? [];
      const problem = `${first?.instancePath || 'the body'} ${first?.message} ${JSON.stringify(first?.params)}`;
      throw new Error(
        `${name} answers ${status} ${codeOf(body)}, but as ${WHERE} and its schemas have it, ${problem}.`,
      );
    }
  }
}

/** Paths that do not exist and methods that are not theirs answer the same everywhere. */
const isOfNoRoute = (body: unknown): boolean =>
  codeOf(body) === 'request/method-not-allowed' ||
  (codeOf(body) === 'request/not-found' && /There is nothing at/.test(JSON.stringify(body)));

const codeOf = (body: unknown): string =>
  typeof body === 'object' && body !== null && 'error' in body ? String((body.error as { code?: string }).code) : '';

function matches({ method, path }: ApiRoute, askedMethod: string, asked: string): boolean {
  const pattern = path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+');
  return method === askedMethod.toLowerCase() && new RegExp(`^${pattern}$`).test(asked.replace(/\?.*/, ''));
}

let made: JsonObject | undefined;

/** The document with closed objects, so that a field it does not name is found. */
function document(): JsonObject {
  if (made) return made;
  const { components, ...open } = openApiDocument(API_ROUTES);
  made = { ...open, components: closed(components ?? {}) };
  return made;
}

function closed(node: Json): Json {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const inside = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  const isOpen = inside.type === 'object' && 'properties' in inside && !('additionalProperties' in inside);
  return isOpen ? { ...inside, additionalProperties: false } : inside;
}

function validator(place: readonly string[]): ValidateFunction {
  const key = place.join(' ');
  const known = compiled.get(key);
  if (known) return known;
  checker ??= new Ajv2020({ strict: false, validateFormats: false }).addSchema(document(), 'api');
  const pointer = place.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')));
  const fresh = checker.compile({ $ref: `api#/${pointer.join('/')}` });
  compiled.set(key, fresh);
  return fresh;
}

function at(node: Json | undefined, place: readonly string[]): Json | undefined {
  return place.reduce<Json | undefined>((found, step) => (found as JsonObject | undefined)?.[step], node);
}
