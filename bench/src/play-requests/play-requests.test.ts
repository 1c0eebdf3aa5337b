import { schemas } from '@pressplay/protocol';
import { describe, expect, it } from 'vitest';
import { clientAddress, drawFilm, filmOf, ocasOf, routesOf, sitesOf, wholeFilmOf } from './made-fleet.ts';
import { playRequests } from './play-requests.ts';
import { SIZES } from './sizes.ts';

describe('the fleet that is made up', () => {
  it('has as many different prefixes and OCAs as it says', () => {
    const { tiny } = SIZES;
    const routes = sitesOf(tiny).flatMap((_, at) => routesOf(at, tiny, 0));
    const own = new Set(routes.map(({ prefix }) => prefix).filter((prefix) => !/\/[08]$/.test(prefix)));
    expect(own.size).toBe(tiny.prefixes);
    expect(new Set(ocasOf(tiny, 0).map(({ ocaId }) => ocaId)).size).toBe(tiny.ocas);
  });

  it('lets viewers ask for films that exist, from addresses that are announced', () => {
    const { tiny } = SIZES;
    for (const random of [() => 0, () => 2 ** 31, () => 2 ** 32 - 1]) {
      expect(drawFilm(random, tiny)).toBeGreaterThanOrEqual(0);
      expect(drawFilm(random, tiny)).toBeLessThan(tiny.films);
      expect(clientAddress(random, tiny)).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    }
  });

  it('has films whose index is as long as that of a film', () => {
    const [rendition] = wholeFilmOf(3, SIZES.whole).renditions;
    expect(rendition?.index.sizes).toHaveLength(1200);
    expect(rendition?.index.durationsMs.reduce((sum, ms) => sum + ms, 0)).toBe(SIZES.whole.filmMs);
  });

  it('has films as regions keep them', () => {
    const film = filmOf(3, SIZES.whole);
    expect(schemas.CatalogTitle.parse(film)).toEqual(film);
    expect(film.renditions.map(({ index }) => index.sizes.length)).toEqual(Array(10).fill(20));
    const held = ocasOf(SIZES.whole, 0).flatMap(({ inventory }) => (inventory ? [inventory.value] : []));
    expect(held.some((fileIds) => fileIds.includes(film.indexFile?.fileId ?? ''))).toBe(true);
    expect(filmOf(3, SIZES.tiny)).toEqual(wholeFilmOf(3, SIZES.tiny));
  });
});

it('measures real plays against PostgreSQL, whatever the figures are', { timeout: 300_000 }, async () => {
  const metrics = await playRequests({ sizes: 'tiny' });
  const values = new Map(metrics.map(({ name, value }) => [name, value]));
  expect(values.get('answer')).toBeGreaterThan(10);
  expect(values.get('rebuilds')).toBeGreaterThan(0);
  for (const name of ['stateless', 'everything-node', 'p99', 'p99-rebuilding'])
    expect(values.get(name)).toBeGreaterThan(0);
});
