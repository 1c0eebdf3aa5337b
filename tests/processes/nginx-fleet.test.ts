import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createPlayer } from '@pressplay/sdk-node';
import { DEMO_FLEET } from '@pressplay/testkit';
import type { Fleet } from '@pressplay/testkit/fleet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FleetUnderTest, startFleetUnderTest } from './fleet-under-test.ts';

/** One OCA at each of four sites. */
const SITES = DEMO_FLEET.sites.map((site) => ({ ...site, ocas: site.ocas.slice(0, 1) }));

/** The process itself says whether this machine has what it needs. */
const hasNginx = ['nginx', '/usr/sbin/nginx'].some((binary) => {
  const { stderr = '' } = spawnSync(binary, ['-V'], { encoding: 'utf8' });
  const folder = /--modules-path=(\S+)/.exec(stderr)?.[1];
  return folder !== undefined && existsSync(path.join(folder, 'ngx_http_lua_module.so'));
});

describe.skipIf(!hasNginx)('a fleet whose OCAs serve by nginx', () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'pressplay-nginx-fleet-'));
  // nginx's workers are somebody else.
  chmodSync(dataDir, 0o755);
  let underTest: FleetUnderTest;
  let fleet: Fleet;
  beforeAll(async () => {
    const fleetFile = { ...DEMO_FLEET, sites: SITES };
    underTest = await startFleetUnderTest({
      dataDir,
      fleetFile,
      database: 'memory',
      engine: 'nginx',
      paceBps: 8_000_000,
    });
    fleet = underTest.fleet;
  }, 120_000);
  afterAll(async () => {
    await underTest?.end();
    rmSync(dataDir, { recursive: true, force: true });
  }, 30_000);

  it('fills itself, plays, and goes on elsewhere when the one that serves is killed', {
    timeout: 240_000,
  }, async () => {
    const player = createPlayer({ regions: fleet.regions, accessToken: () => fleet.accessToken() });
    await player.load(underTest.titleId);
    await until(() => player.stats().positionMs > 1000);
    const serving = player.ledger().entries.at(-1)?.ocaId ?? '';
    await fleet.killOca(serving);
    const killedAtMs = player.stats().positionMs;
    await until(() => player.stats().positionMs > killedAtMs + 4000);
    expect(player.ledger().entries.some(({ ocaId }) => ocaId !== serving)).toBe(true);
    await fleet.restartOca(serving);
    const { baseUrl = '' } = fleet.ocas.find(({ ocaId }) => ocaId === serving) ?? {};
    const status = (await (await fetch(`${baseUrl}/control/status`)).json()) as { fileCount: number };
    expect(status.fileCount).toBeGreaterThan(0);
    player.destroy();
  });
});

async function until(isDone: () => boolean, limitMs = 90_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!isDone()) {
    if (performance.now() > endMs) throw new Error(`Not within ${limitMs} ms: ${isDone}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
