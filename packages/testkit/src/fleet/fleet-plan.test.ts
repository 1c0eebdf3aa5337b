import { expect, it } from 'vitest';
import { DEMO_FLEET } from '../demo-fleet.ts';
import { planFleet, portClaims } from './fleet-plan.ts';
import { portsFrom } from './ports.ts';

const OPTIONS = { dataDir: '/data', database: 'embedded' } as const;

it('puts the demo where the documents say', () => {
  const plan = planFleet(OPTIONS, 'linux');
  expect(plan.regions.map((region) => region.baseUrl)).toEqual([
    'http://127.0.0.1:8501',
    'http://127.0.0.1:8502',
    'http://127.0.0.1:8503',
  ]);
  expect(plan.ocas).toHaveLength(12);
  expect(plan.ocas[4]).toMatchObject({ ocaId: 'mesa-1-a', siteId: 'mesa-1', baseUrl: 'http://127.20.2.1:8600' });
});

it('claims each address once, also where OCAs have ports of their own', () => {
  for (const platform of ['linux', 'darwin'] as const) {
    const plan = planFleet({ ...OPTIONS, ports: portsFrom(20_000) }, platform);
    const claims = portClaims(plan, { ...OPTIONS, serveControlRoom: true });
    expect(claims).toHaveLength(1 + 3 + 1 + 12);
    expect(new Set(claims.map(({ host, port }) => `${host}:${port}`)).size).toBe(claims.length);
  }
});

it('starts one region where the catalog lives in memory, and asks for no port of a database', () => {
  const plan = planFleet({ ...OPTIONS, database: 'memory' }, 'linux');
  expect(plan.regions).toHaveLength(1);
  expect(portClaims(plan, { ...OPTIONS, database: 'memory' }).map((claim) => claim.owner)).not.toContain('PostgreSQL');
});

it('leaves a given fleet file where it says, unless ports are given too', () => {
  const fleetFile = { ...DEMO_FLEET, regions: [{ ...DEMO_FLEET.regions[0]!, port: 7000 }] };
  expect(planFleet({ ...OPTIONS, fleetFile }, 'linux').regions[0]?.baseUrl).toBe('http://127.0.0.1:7000');
  expect(planFleet({ ...OPTIONS, fleetFile, ports: portsFrom(9000) }, 'linux').regions[0]?.baseUrl).toBe(
    'http://127.0.0.1:9001',
  );
});
