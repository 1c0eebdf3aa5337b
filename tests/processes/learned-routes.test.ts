import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { PlayResponse } from '@pressplay/protocol/messages';
import { DEMO_FLEET } from '@pressplay/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { APPLIANCE, ISP, TwoRouters, whyNoRouters } from '../../mock-oca/src/testing/two-routers.ts';
import { type FleetUnderTest, startFleetUnderTest } from './fleet-under-test.ts';

const whyNot = whyNoRouters();
if (whyNot) console.warn(`Routes by BGP are not tested: ${whyNot}.`);

/** Of the ISP's customers, and in the country where the title may be shown. */
const CUSTOMERS = ['198.51.100.0/24', '203.0.113.0/24'] as const;

describe.skipIf(whyNot !== undefined)('a fleet with an OCA that speaks BGP and one that reads a file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pressplay-learned-'));
  const file = path.join(folder, 'routes.json');
  let routers: TwoRouters;
  let underTest: FleetUnderTest;

  beforeAll(async () => {
    routers = new TwoRouters();
    routers.announce([]);
    say([]);
    const siteOf = (siteId: string) => DEMO_FLEET.sites.filter((site) => site.siteId === siteId);
    const sites = [...siteOf('fjord-1'), ...siteOf('mesa-1'), ...siteOf('core-1')].map((site) => {
      return { ...site, ocas: site.ocas.slice(0, 1) };
    });
    underTest = await startFleetUnderTest({
      fleetFile: { ...DEMO_FLEET, sites },
      database: 'memory',
      learnedRoutes: {
        'fjord-1-a': {
          source: 'bgp',
          program: routers.program,
          routerId: APPLIANCE.address,
          asn: APPLIANCE.asn,
          port: 1790,
          peers: [{ address: ISP.address, asn: ISP.asn, passwordFile: routers.passwordFile }],
          pollMs: 100,
          holdMs: 500,
          settleMs: 100,
          takeReserved: true,
        },
        'mesa-1-a': { source: 'file', path: file, pollMs: 100, takeReserved: true },
      },
    });
  }, 300_000);
  afterAll(async () => {
    await underTest?.end();
    await routers?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 300_000);

  const say = (prefixes: readonly string[]): void => {
    writeFileSync(`${file}.new`, JSON.stringify(prefixes.map((prefix) => ({ prefix, asPath: [], med: 0 }))));
    renameSync(`${file}.new`, file);
  };

  /** Sites of the servers that a viewer of this prefix is given, in their order. */
  async function sitesFor(prefix: string): Promise<readonly string[]> {
    const { fleet, titleId } = underTest;
    const response = await fetch(`${fleet.regions[0]?.baseUrl}/v1/plays`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await fleet.accessToken(`viewer-${crypto.randomUUID()}`)}`,
        'content-type': 'application/json',
        'pressplay-client-address': prefix.replace(/0\/24$/, '7'),
      },
      body: JSON.stringify({
        titleId,
        idempotencyKey: crypto.randomUUID(),
        device: { videoCodecs: ['avc1'], audioCodecs: ['mp4a'] },
      }),
    });
    const answer = (await response.json()) as PlayResponse;
    expect(response.status, JSON.stringify(answer)).toBe(200);
    return answer.servers.map(({ siteId }) => siteId);
  }

  async function until(isTrue: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 900; i++) {
      if (await isTrue()) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await isTrue()).toBe(true);
  }

  it('sends viewers to the OCA that their ISP announces them to, and away again', { timeout: 400_000 }, async () => {
    const [own, other] = CUSTOMERS;
    expect(await sitesFor(own)).toEqual(['core-1']);
    routers.announce([own]);
    await until(async () => (await sitesFor(own))[0] === 'fjord-1');
    expect(await sitesFor(other)).toEqual(['core-1']);
    routers.announce([own, other]);
    await until(async () => (await sitesFor(other))[0] === 'fjord-1');
    routers.announce([other]);
    await until(async () => (await sitesFor(own)).join() === 'core-1');
    // Without its router an OCA serves nobody, once the hold is over.
    await routers.lose();
    await until(async () => (await sitesFor(other)).join() === 'core-1');
  });

  it('follows a file that is replaced', { timeout: 240_000 }, async () => {
    const [, other] = CUSTOMERS;
    say([other]);
    await until(async () => (await sitesFor(other))[0] === 'mesa-1');
    say([]);
    await until(async () => (await sitesFor(other)).join() === 'core-1');
  });
});
