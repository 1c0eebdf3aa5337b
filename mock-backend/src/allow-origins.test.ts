import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { allowOrigins } from './allow-origins.ts';

function appFor(corsOrigins: '*' | readonly string[]): Hono {
  const app = new Hono();
  app.use(allowOrigins({ corsOrigins }));
  app.get('/made', (c) => c.text('made'));
  app.get('/raw', () => new Response('raw'));
  app.get('/failed', () => {
    throw new Error('failed');
  });
  app.onError((_, c) => c.text('failed', 500));
  return app;
}

const ask = (app: Hono, path: string, origin: string) => app.request(path, { headers: { Origin: origin } });

describe('what a page may read', () => {
  it.each(['/made', '/raw', '/failed'])('is every answer, where all origins are allowed: %s', async (path) => {
    const { headers } = await ask(appFor('*'), path, 'https://page.example');
    expect(headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(headers.get('Access-Control-Expose-Headers')).toContain('X-Request-Id');
  });

  it.each(['/made', '/raw', '/failed'])('is for the origins that are named alone: %s', async (path) => {
    const app = appFor(['https://page.example']);
    const { headers } = await ask(app, path, 'https://page.example');
    expect(headers.get('Access-Control-Allow-Origin')).toBe('https://page.example');
    expect(headers.get('Vary')).toBe('Origin');
    const foreign = await ask(app, path, 'https://other.example');
    expect(foreign.headers.get('Access-Control-Allow-Origin')).toBeNull();
    expect(foreign.headers.get('Vary')).toBe('Origin');
  });

  it('is asked for before, and answered', async () => {
    const app = appFor(['https://page.example']);
    const headers = { Origin: 'https://page.example', 'Access-Control-Request-Method': 'POST' };
    const answer = await app.request('/made', { method: 'OPTIONS', headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('Access-Control-Allow-Methods')).toContain('POST');
    expect(answer.headers.get('Access-Control-Allow-Headers')).toContain('X-Request-Id');
  });
});
