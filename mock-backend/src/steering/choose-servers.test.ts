import type { LookedAtOca, OcaCondition, SteeringChoice, SteeringInputs } from '@pressplay/protocol/messages';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseServers } from './choose-servers.ts';
import { explain } from './explain.ts';
import { MAX_SERVERS, WANTED_SITES } from './limit-servers.ts';

const FILES = Array.from({ length: 12 }, (_, at) => at.toString(16).padStart(32, '0'));
const PLAY_BPS = 3_000_000;

type Seen = Pick<LookedAtOca, 'condition' | 'loadBps'> & { readonly lacks: readonly number[] };

function inputsOf(sites: readonly (readonly Partial<Seen>[])[], fileCount: number): SteeringInputs {
  return {
    playId: '1'.repeat(32),
    titleId: 'film',
    region: 'us-east-1',
    occasion: 'start',
    atMs: 0,
    clientPrefix: '198.51.100.0/24',
    tableVersion: 1,
    playBps: PLAY_BPS,
    fileIds: FILES.slice(0, fileCount),
    sites: sites.map((ocas, site) => ({
      siteId: `site-${site}`,
      siteClass: 'embedded',
      prefixLength: 24,
      asPathLength: 0,
      med: 0,
      distanceKm: site,
      ocas: ocas.map(({ condition = 'healthy', loadBps = 0, lacks = [] }, at) => ({
        ocaId: `oca-${site}-${String(at).padStart(2, '0')}`,
        condition,
        reason: condition,
        capacityBps: 10_000_000,
        loadBps,
        lacks: lacks.filter((file) => file < fileCount),
      })),
    })),
  };
}

const condition = fc.constantFrom<OcaCondition>(
  'healthy',
  'healthy',
  'healthy',
  'saturated',
  'draining',
  'failing',
  'silent',
);
const seen = fc.record({
  condition,
  loadBps: fc.constantFrom(0, 0, 6_900_000, 7_100_000),
  lacks: fc.oneof(fc.constant([]), fc.constant([]), fc.subarray(FILES.map((_, at) => at))),
});
const anyInputs = fc
  .tuple(
    fc.array(fc.array(seen, { maxLength: 14 }), { maxLength: 8 }),
    fc.integer({ min: 1, max: FILES.length }),
    fc.array(fc.record({ site: fc.nat(3), at: fc.nat(5), throughputBps: fc.nat(6_000_000) }), { maxLength: 3 }),
  )
  .map(([sites, fileCount, told]) => ({
    ...inputsOf(sites, fileCount),
    ...(told.length > 0 && {
      reports: told.map(({ site, at, throughputBps }) => ({ ocaId: `oca-${site}-0${at}`, throughputBps })),
    }),
  }));

const ocasOf = ({ sites }: SteeringInputs) =>
  sites.flatMap(({ siteId, ocas }) => ocas.map((oca) => ({ ...oca, siteId })));
const isGood = ({ condition: of, loadBps }: LookedAtOca) => of === 'healthy' && loadBps + PLAY_BPS <= 10_000_000;

/** Who may serve a file, said without the code: the good that hold it, or else the saturated and full that do. */
function mayServe(inputs: SteeringInputs, file: number): readonly string[] {
  const holders = ocasOf(inputs).filter(({ lacks }) => !lacks.includes(file));
  const good = holders.filter(isGood);
  const spare = holders.filter(({ condition: of }) => of === 'healthy' || of === 'saturated');
  return (good.length > 0 ? good : spare).map(({ ocaId }) => ocaId);
}

function* servedFiles(inputs: SteeringInputs, { servers, fileSets }: SteeringChoice) {
  for (const set of fileSets)
    for (const fileId of set.fileIds)
      yield { file: inputs.fileIds.indexOf(fileId), ocaIds: set.servers.map((at) => servers[at]?.ocaId ?? '?') };
}

describe('the choice of servers', () => {
  it('never points to an OCA that is unhealthy, draining, full or lacks the file while another candidate exists', () => {
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        for (const { file, ocaIds } of servedFiles(inputs, chooseServers(inputs))) {
          expect(ocaIds.length).toBeGreaterThan(0);
          for (const ocaId of ocaIds) expect(mayServe(inputs, file)).toContain(ocaId);
        }
      }),
    );
  });

  it('names at most ten, each once, and none without a file', () => {
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        const { servers, fileSets } = chooseServers(inputs);
        expect(servers.length).toBeLessThanOrEqual(MAX_SERVERS);
        expect(new Set(servers.map(({ ocaId }) => ocaId)).size).toBe(servers.length);
        expect(new Set(fileSets.flatMap((set) => set.servers)).size).toBe(servers.length);
      }),
    );
  });

  it('serves each file once or says that it is unserved, and loses none to the limit while ten can hold all', () => {
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        const choice = chooseServers(inputs);
        const served = choice.fileSets.flatMap(({ fileIds }) => fileIds);
        expect([...served, ...choice.unserved].sort()).toEqual([...inputs.fileIds].sort());
        if (choice.servers.length === MAX_SERVERS) return;
        for (const fileId of choice.unserved) expect(mayServe(inputs, inputs.fileIds.indexOf(fileId))).toEqual([]);
      }),
    );
  });

  it('keeps the order of the network among the good, then those slow for the player, then the spare', () => {
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        const all = ocasOf(inputs);
        const { servers, fileSets, drops } = chooseServers(inputs);
        const isSlow = (ocaId: string) => drops.some((drop) => drop.ocaId === ocaId && drop.label === 'S');
        const placeOf = (ocaId: string) => {
          const at = all.findIndex((oca) => oca.ocaId === ocaId);
          const oca = all[at];
          const group = !oca || !isGood(oca) ? 2 : isSlow(ocaId) ? 1 : 0;
          return at + group * all.length;
        };
        const places = servers.map(({ ocaId }) => placeOf(ocaId));
        expect(places).toEqual([...places].sort((a, b) => a - b));
        for (const set of fileSets) expect(set.servers).toEqual([...set.servers].sort((a, b) => a - b));
      }),
    );
  });

  it('puts back what a player found slow, still behind nobody who is worse off', () => {
    const inputs = inputsOf(
      [
        [{}, {}],
        [{}, { condition: 'saturated' }],
      ],
      1,
    );
    const told = { ...inputs, reports: [{ ocaId: 'oca-0-00', throughputBps: PLAY_BPS / 2 }] };
    const { servers, drops } = chooseServers(told);
    expect(servers.map(({ ocaId }) => ocaId)).toEqual(['oca-0-01', 'oca-1-00', 'oca-0-00']);
    expect(drops).toContainEqual({ ocaId: 'oca-0-00', label: 'S' });
    expect(explain({ inputs: told, choice: { servers, drops, fileSets: [], unserved: [] } })).toContain(
      'oca-0-00: server 2 (healthy, 0 Mbit/s of 10 Mbit/s, holds all) S slow: the player measured 1.5 Mbit/s: put back',
    );
  });

  it('makes the same choice of the same inputs', () => {
    fc.assert(
      fc.property(anyInputs, (inputs) => {
        expect(chooseServers(JSON.parse(JSON.stringify(inputs)))).toEqual(chooseServers(inputs));
      }),
    );
  });

  it('reaches three sites for every file where all OCAs hold all and three sites have good ones', () => {
    const complete = fc
      .array(
        fc.array(
          condition.map((of) => ({ condition: of })),
          { maxLength: 14 },
        ),
        { maxLength: 8 },
      )
      .map((sites) => inputsOf(sites, 3));
    fc.assert(
      fc.property(complete, (inputs) => {
        const choice = chooseServers(inputs);
        const sitesOf = (ocaIds: readonly string[]) => new Set(ocaIds.map((ocaId) => ocaId.slice(0, 5))).size;
        for (const { file, ocaIds } of servedFiles(inputs, choice))
          expect(sitesOf(ocaIds)).toBeGreaterThanOrEqual(Math.min(WANTED_SITES, sitesOf(mayServe(inputs, file))));
      }),
    );
  });

  it('gives the second and third site a place even when the first could fill all ten', () => {
    const many = Array.from({ length: 14 }, () => ({}));
    const { servers, drops } = chooseServers(inputsOf([many, many, many, many], 1));
    expect(servers.map(({ siteId }) => siteId)).toEqual([...Array(8).fill('site-0'), 'site-1', 'site-2']);
    expect(drops.filter(({ label }) => label === 'L')).toHaveLength(14 * 4 - MAX_SERVERS);
  });

  it('keeps a low-ranked server that alone holds a file', () => {
    const full = Array.from({ length: 12 }, () => ({ lacks: [1] }));
    const { servers, unserved } = chooseServers(inputsOf([[...full, { lacks: [0] }]], 2));
    expect(servers.map(({ ocaId }) => ocaId)).toContain('oca-0-12');
    expect(servers).toHaveLength(MAX_SERVERS);
    expect(unserved).toEqual([]);
  });

  it('names the saturated for what no healthy one holds, and says why each was left out or put behind', () => {
    const { servers, fileSets, drops } = chooseServers(
      inputsOf(
        [
          [
            { condition: 'saturated' },
            { condition: 'draining' },
            { lacks: [1] },
            { lacks: [0, 1] },
            { loadBps: 8_000_000 },
          ],
        ],
        2,
      ),
    );
    expect(servers.map(({ ocaId }) => ocaId)).toEqual(['oca-0-02', 'oca-0-00', 'oca-0-04']);
    expect(fileSets).toEqual([
      { servers: [0], fileIds: [FILES[0]] },
      { servers: [1, 2], fileIds: [FILES[1]] },
    ]);
    expect(drops).toEqual([
      { ocaId: 'oca-0-00', label: 'H' },
      { ocaId: 'oca-0-01', label: 'D' },
      { ocaId: 'oca-0-04', label: 'F' },
      { ocaId: 'oca-0-02', label: 'C' },
      { ocaId: 'oca-0-03', label: 'C' },
    ]);
  });

  it('leaves a play where it runs: at a renewal its own traffic is no reason to move', () => {
    const inputs = inputsOf([[{ loadBps: 9_000_000 }], [{}]], 1);
    expect(chooseServers(inputs).servers[0]?.ocaId).toBe('oca-1-00');
    expect(chooseServers({ ...inputs, occasion: 'renewal' }).servers[0]?.ocaId).toBe('oca-0-00');
  });

  it('names nobody when nobody is left', () => {
    expect(chooseServers(inputsOf([[{ condition: 'failing' }, { condition: 'silent' }]], 1))).toMatchObject({
      servers: [],
      fileSets: [],
      unserved: [FILES[0]],
    });
  });
});
