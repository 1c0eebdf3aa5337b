import type { Player } from '@pressplay/sdk-core';
import {
  byteViolations,
  createWorld,
  missingSegments,
  synthesizeTitle,
  unaccountedBytes,
  type World,
} from '@pressplay/testkit/simulation';
import { expect, it } from 'vitest';

const TITLE = synthesizeTitle({ titleId: 'noise-1', durationMs: 60_000 });
const REFRESH_MS = 10_000;
/** A tenth more by play, a tenth more by chance in the player, and the regions' own round of two seconds. */
const LATEST_REFRESH_MS = REFRESH_MS * 1.1 * 1.1 + 2000;

/** Through the last region, so that the others have it from the store. */
async function asOperator(world: World, method: string, path: string): Promise<number> {
  const region = world.fleet.regions.at(-1);
  const headers = { authorization: `Bearer ${world.fleet.keys.operatorToken}`, 'content-type': 'application/json' };
  const request = new Request(`${region?.baseUrl}${path}`, {
    method,
    headers,
    ...(method === 'PUT' && { body: '{}' }),
  });
  const answer = region?.fetch?.(request, { clientAddress: '127.0.0.1' });
  if (!answer) throw world.failure('The last region is down.');
  return (await world.settle(answer, 5000)).status;
}

async function startViewers(world: World, count: number): Promise<Player[]> {
  const players = Array.from({ length: count }, () =>
    world.createPlayer({ link: { rateBps: 8_000_000 }, bufferGoalMs: 8000 }),
  );
  await world.settle(Promise.all(players.map((player) => player.load('noise-1'))), 20_000);
  await world.runUntil(() => players.every((player) => player.stats().positionMs > 5000), 30_000);
  return players;
}

const isOver = (player: Player): boolean => player.state === 'ended' || player.state === 'failed';

it.each([
  { what: 'an OCA', path: '/v1/ocas/fjord-1-a/drain', isDrained: (ocaId: string) => ocaId === 'fjord-1-a' },
  { what: 'a site', path: '/v1/sites/fjord-1/drain', isDrained: (ocaId: string) => ocaId.startsWith('fjord-1') },
])(
  '$what that operators drain loses its viewers with their next refresh, without a stall',
  async ({ path, isDrained }) => {
    const world = await createWorld({ seed: 311, titles: [TITLE], controlPlane: { grantRefreshMs: REFRESH_MS } });
    const players = await startViewers(world, 4);
    const drained = world.fleet.ocas.map(({ ocaId }) => ocaId).filter(isDrained);
    const served = new Set(players.flatMap((player) => player.ledger().entries.map(({ ocaId }) => ocaId)));
    expect([...served].some(isDrained), 'nobody was there to leave').toBe(true);

    expect(await asOperator(world, 'PUT', path)).toBe(204);
    await world.advance(LATEST_REFRESH_MS);
    const requests = () => drained.flatMap((ocaId) => world.requestLog(ocaId)).filter(({ phase }) => phase === 'start');
    const before = requests().length;
    for (const player of players)
      expect(
        player
          .stats()
          .servers.map(({ ocaId }) => ocaId)
          .filter(isDrained),
      ).toEqual([]);

    await world.runUntil(() => players.every(isOver), 120_000);
    for (const player of players) {
      expect(player.state, world.failure('the play').message).toBe('ended');
      expect(player.stats().rebufferCount, world.failure('a stall').message).toBe(0);
      const play = { world, player, title: TITLE };
      expect([...byteViolations(play), ...missingSegments(play)]).toEqual([]);
    }
    expect(unaccountedBytes(world, players)).toEqual([]);
    expect(requests().length, 'asked after the refresh').toBe(before);
    const status = await world.status('us-east-1');
    for (const { ocaId, usable, verdict } of status.ocas) {
      expect(usable, ocaId).toBe(!isDrained(ocaId));
      expect(verdict, ocaId).toBe('healthy');
    }

    expect(await asOperator(world, 'DELETE', path)).toBe(204);
    await world.advance(4000);
    const [next] = await startViewers(world, 1);
    expect(next?.stats().servers.map(({ ocaId }) => ocaId)).toEqual(expect.arrayContaining(drained));
  },
);
