import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { createApp } from '../app.ts';
import type { Services } from '../services.ts';
import { requireDocumented } from '../testing/documented-answers.ts';
import { config, liveRegion, testClock, testRegion } from '../testing/test-region.ts';
import { errorsOf } from './api-route.ts';
import { API_ROUTES } from './api-routes.ts';
import { API_VERSION, type JsonObject, openApiDocument, statusOf } from './openapi-document.ts';

/** `:ocaId` and `{ocaId}` alike. */
const shapeOf = (method: string, path: string): string =>
  `${method.toUpperCase()} ${path.replace(/\{\w+\}|:\w+/g, '{}')}`;

function routesOfApp(): string[] {
  const app = createApp({ config, clock: testClock() } as unknown as Services);
  const routes = app.routes.filter(({ method, path }) => method !== 'ALL' && path !== '/*');
  return [...new Set(routes.map(({ method, path }) => shapeOf(method, path)))].sort();
}

describe('the OpenAPI document', () => {
  it('lists every route of the app, and no other', () => {
    const listed = API_ROUTES.map(({ method, path }) => shapeOf(method, path)).sort();
    const answered = routesOfApp();
    const where = 'in mock-backend/src/operations/*api-routes.ts';
    const missing = answered.filter((route) => !listed.includes(route));
    expect(missing, `Describe these routes ${where}`).toEqual([]);
    const stale = listed.filter((route) => !answered.includes(route));
    expect(stale, `Take these routes out ${where}: the app has none like them`).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });

  it('is one that a validator of OpenAPI 3.1 accepts', async () => {
    const { body, headers } = await testRegion().call('GET', '/openapi.json');
    expect(headers.get('Content-Type')).toContain('application/json');
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(body));
    expect(valid, JSON.stringify(errors)).toBe(true);
    expect(validator.version).toBe('3.1');
    const broken = await new Validator().validate({ ...structuredClone(body), paths: { 'no-slash': { get: 7 } } });
    expect(broken.valid).toBe(false);
  });

  it('names only shapes that it has, and each operation once', () => {
    const document = openApiDocument(API_ROUTES);
    const text = JSON.stringify(document);
    const { schemas } = document.components as { schemas: JsonObject };
    for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) expect(schemas).toHaveProperty(name);
    const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(API_ROUTES.length);
    expect(schemas).not.toHaveProperty('FleetFile');
  });

  it('gives every refusal of a route its status', () => {
    const [play] = API_ROUTES;
    if (!play) throw new Error('There is no route.');
    expect(errorsOf(play)).toEqual(expect.arrayContaining(['title/not-live', 'auth/invalid', 'request/too-large']));
    const { paths } = openApiDocument([play]) as { paths: { [path: string]: { post: { responses: JsonObject } } } };
    const answers = paths[play.path]?.post.responses;
    for (const code of errorsOf(play)) expect(JSON.stringify(answers?.[statusOf(code)])).toContain(`"${code}"`);
  });

  it('has the version of the package', () => expect(API_VERSION).toBe(packageJson.version));
});

describe('the check of answers, which every test of a region runs through', () => {
  const answer = (changes: Partial<Parameters<typeof requireDocumented>[0]> = {}) => ({
    method: 'GET',
    path: '/v1/live',
    status: 200,
    headers: new Headers({ 'Content-Type': 'application/json', 'X-Request-Id': '1' }),
    body: { regionId: 'us-east-1', upForMs: 1 },
    ...changes,
  });

  it('finds what the document does not say', () => {
    expect(() => requireDocumented(answer())).not.toThrow();
    expect(() => requireDocumented(answer({ path: '/v1/new' }))).toThrow('does not list it');
    expect(() => requireDocumented(answer({ status: 202 }))).toThrow('answers 202');
    expect(() => requireDocumented(answer({ body: { regionId: 'us-east-1' } }))).toThrow('upForMs');
    expect(() => requireDocumented(answer({ body: { regionId: 'a', upForMs: 1, more: 1 } }))).toThrow('more');
    expect(() => requireDocumented(answer({ headers: new Headers({ 'Content-Type': 'text/html' }) }))).toThrow();
    const body = { error: { code: 'title/unknown', message: 'there is none', context: {} } };
    expect(() => requireDocumented(answer({ status: 404, body }))).toThrow('answers 404 title/unknown');
  });
});

describe('the page at /docs', () => {
  it('shows every route and every shape, and loads and runs nothing', async () => {
    const region = testRegion();
    const page = await region.call('GET', '/docs');
    expect(page.headers.get('Content-Type')).toContain('text/html');
    expect(page.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    for (const { path, summary } of API_ROUTES) {
      expect(page.body.replaceAll('<wbr>', '')).toContain(path);
      expect(page.body).toContain(summary.replaceAll("'", '&#39;'));
    }
    expect(page.body).not.toMatch(/<script|<link|<img|src=|@import|url\(/i);
    const ids = new Set([...page.body.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const targets = [...page.body.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets.filter((id) => !ids.has(id))).toEqual([]);
    expect(targets.length).toBeGreaterThan(50);
  });
});

describe('liveness', () => {
  it('answers while the store hangs, when nothing was ever read', async () => {
    const never = () => new Promise<never>(() => {});
    const store = new Proxy({} as ReturnType<typeof testRegion>['store'], { get: () => never });
    const region = testRegion({ store });
    const { status, body } = await region.call('GET', '/v1/live');
    expect({ status, body }).toEqual({ status: 200, body: { regionId: 'us-east-1', upForMs: 0 } });
    expect((await region.call('GET', '/docs')).status).toBe(200);
  });

  it('tells how long the process answers', async () => {
    const region = await liveRegion();
    region.clock.advance(1500);
    expect((await region.call('GET', '/v1/live')).body.upForMs).toBe(1500);
  });
});
