import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test as base, expect } from '@playwright/test';
import { type Fleet, findFreeBasePort, portsFrom, startFleet } from '@pressplay/testkit/fleet';
import { FilmPage } from './film-page.ts';
import { type PageServer, servePage } from './page-server.ts';

/** A customer of the ISP that hosts the four OCAs of fjord-1. */
export const FJORD_CLIENT = '198.51.100.7';
/** A network in a country for which the sample has no licence. */
export const UNLICENSED_CLIENT = '192.0.2.10';
/** Each response in user space: without pacing the kernel swallows whole segments before anybody can kill their server. */
export const PACE_BPS = 8_000_000;

/** Players that follow content steering ask so often. */
const STEERING_TTL_MS = 1000;

interface TestFixtures {
  /** A page with a player on it, as a customer of Fjord Broadband. */
  readonly film: FilmPage;
  /** The page without a player. */
  readonly bareFilm: FilmPage;
  readonly restored: undefined;
}

interface WorkerFixtures {
  readonly dataDir: string;
  readonly fleet: Fleet;
  readonly titleId: string;
  readonly pages: PageServer;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  dataDir: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to learn what the fixture needs.
    async ({}, use) => {
      const dataDir = await mkdtemp(path.join(tmpdir(), 'pressplay-e2e-'));
      await use(dataDir);
      await rm(dataDir, { recursive: true, force: true });
    },
    { scope: 'worker' },
  ],

  fleet: [
    async ({ dataDir }, use) => {
      const fleet = await startFleet({
        dataDir,
        ports: portsFrom(await findFreeBasePort()),
        database: 'embedded',
        paceBps: PACE_BPS,
        // Films of more than two minutes get an index file, however well their index compresses.
        controlPlane: { steeringTtlMs: STEERING_TTL_MS, inlineIndexBytes: 0 },
        titles: 'sample',
        serveControlRoom: true,
      });
      await use(fleet);
      await fleet.stop();
    },
    { scope: 'worker', timeout: 300_000 },
  ],

  titleId: [
    async ({ fleet }, use) => {
      const [title] = fleet.snapshot().titles;
      if (!title) throw new Error('The fleet has no title.');
      await fleet.waitUntilLive(title.titleId);
      await heldByAll(fleet, title.titleId);
      await use(title.titleId);
    },
    { scope: 'worker', timeout: 300_000 },
  ],

  pages: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern to learn what the fixture needs.
    async ({}, use) => {
      const pages = await servePage();
      await use(pages);
      await pages.close();
    },
    { scope: 'worker' },
  ],

  /** Whatever a test broke is whole again before the next one. */
  restored: [
    async ({ fleet, titleId }, use) => {
      await use(undefined);
      await restore(fleet, titleId);
    },
    { auto: true, timeout: 300_000 },
  ],

  bareFilm: async ({ page, pages }, use) => {
    await page.goto(pages.url);
    await use(new FilmPage(page));
    await page.close();
  },

  film: async ({ bareFilm, fleet }, use) => {
    await bareFilm.createPlayer({
      regions: fleet.regions,
      accessToken: await fleet.accessToken(),
      clientAddress: FJORD_CLIENT,
    });
    await use(bareFilm);
  },
});

/** A title is live with a few copies: who is best changes until the last OCA has its own. */
async function heldByAll(fleet: Fleet, titleId: string): Promise<void> {
  const copies = () => fleet.snapshot().titles.find((title) => title.titleId === titleId)?.copies;
  await expect.poll(copies, { timeout: 120_000 }).toBe(fleet.ocas.length);
}

async function restore(fleet: Fleet, titleId: string): Promise<void> {
  const { regions, ocas } = fleet.snapshot();
  const deadRegions = regions.filter((region) => region.process !== 'up');
  const deadOcas = ocas.filter((oca) => oca.process !== 'up');
  const faulty = ocas.filter((oca) => oca.process === 'up' && oca.faults.length > 0);
  await Promise.all([
    ...deadRegions.map((region) => fleet.restartRegion(region.regionId)),
    ...deadOcas.map((oca) => fleet.restartOca(oca.ocaId)),
    ...faulty.map((oca) => fleet.setFaults(oca.ocaId, [])),
  ]);
  if (deadRegions.length + deadOcas.length > 0) await fleet.waitUntilLive(titleId);
}

export { expect };
