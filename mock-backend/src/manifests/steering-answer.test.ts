import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseServers } from '../steering/choose-servers.ts';
import { commonFiles, differByHost, manifestPathways, type Pathway } from './pathways.ts';
import { type SteeringQuestion, steeringAnswer } from './steering-answer.ts';
import { readReport, readState, remember, stateQuery } from './steering-state.ts';

const at = (ocaId: string, baseUrl: string, siteId = ocaId.slice(0, -2)): Pathway => ({ ocaId, siteId, baseUrl });
const A = at('fjord-1-a', 'http://127.20.1.1:8600');
const B = at('fjord-1-b', 'http://127.20.1.2:8600');
const C = at('ix-1-a', 'http://127.20.3.1:8600');
const state = { named: [A.ocaId, C.ocaId], tokenExpiresAtS: 0x7000, renewed: false };

const ask = (changes: Partial<SteeringQuestion> = {}) =>
  steeringAnswer({
    ranked: [B, A, C],
    state,
    cloneBaseUrl: A.baseUrl,
    hostForm: 'bare',
    urisAt: ({ baseUrl }) => ({ variants: { v1: `${baseUrl}/t/v` }, renditions: { a1: `${baseUrl}/t/a` } }),
    reloadUri: 'http://region/steering',
    ttlS: 30,
    ...changes,
  });

describe('a clone', () => {
  it('has a bare host for players that take one, and the port too for dash.js, which would lose it', () => {
    const hostIn = (changes: Partial<SteeringQuestion>) =>
      ask(changes)['PATHWAY-CLONES']?.[0]?.['URI-REPLACEMENT'].HOST;
    expect(hostIn({})).toBe('127.20.1.2');
    expect(hostIn({ hostForm: 'authority' })).toBe('127.20.1.2:8600');
    expect(hostIn({ hostForm: 'unknown' })).toBeUndefined();
    const [a, b] = [at('fjord-1-a', 'https://a.example'), at('fjord-1-b', 'https://b.example')];
    for (const hostForm of ['bare', 'authority', 'unknown'] as const)
      expect(hostIn({ ranked: [b, a], cloneBaseUrl: a.baseUrl, hostForm })).toBe('b.example');
  });

  it('is not made where OCAs differ by more than their host: players would silently stay at the base', () => {
    for (const other of ['http://127.20.1.1:8601', 'https://127.20.1.2:8600', 'http://127.20.1.2:8600/media']) {
      const answer = ask({ ranked: [at('fjord-1-b', other), A] });
      expect(answer['PATHWAY-CLONES']).toBeUndefined();
      expect(answer['PATHWAY-PRIORITY']).toEqual([A.ocaId]);
    }
    expect(ask({ cloneBaseUrl: undefined })['PATHWAY-PRIORITY']).toEqual([A.ocaId, C.ocaId]);
  });

  it('carries a fresh token also where hosts are equal, by addresses of its own', () => {
    const ports = at('fjord-1-b', 'http://127.20.1.1:8601');
    const { 'PATHWAY-CLONES': clones = [], 'PATHWAY-PRIORITY': priority } = ask({
      ranked: [ports],
      state: { ...state, renewed: true },
    });
    expect(priority).toEqual(['fjord-1-b.7000']);
    expect(clones[0]?.['URI-REPLACEMENT']).toEqual({
      'PER-VARIANT-URIS': { v1: 'http://127.20.1.1:8601/t/v' },
      'PER-RENDITION-URIS': { a1: 'http://127.20.1.1:8601/t/a' },
    });
  });
});

describe('a clone of DASH', () => {
  const renewed = {
    state: { ...state, renewed: true },
    hostForm: 'authority',
    dashBaseAt: ({ baseUrl }: Pathway) => `${baseUrl}/fresh/`,
  } as const;

  it('carries a fresh token where dash.js takes the host from, whatever the OCAs differ by', () => {
    const ports = at('fjord-1-b', 'https://fjord.example:8601/media');
    const { 'PATHWAY-CLONES': clones = [], 'PATHWAY-PRIORITY': priority } = ask({ ...renewed, ranked: [ports, A] });
    expect(priority).toEqual(['fjord-1-b.7000', 'fjord-1-a.7000']);
    expect(clones.map((clone) => clone['BASE-ID'])).toEqual([A.ocaId, A.ocaId]);
    const basePath = new URL(`${A.baseUrl}/old/`).pathname;
    const urls = clones.map((clone) => new URL('file', `${clone['URI-REPLACEMENT'].HOST}${basePath}`).href);
    expect(urls).toEqual(['https://fjord.example:8601/media/fresh/file', 'http://127.20.1.1:8600/fresh/file']);
  });
});

describe('the pathways of a manifest', () => {
  it('are all of them where steering could not bring in more', () => {
    const ports = [8601, 8602, 8603, 8604].map((port) => at(`oca-${port}`, `http://127.0.0.1:${port}`, 'one-site'));
    expect(manifestPathways(ports)).toEqual(ports);
    const D = at('fjord-1-c', 'http://127.20.1.3:8600');
    expect(manifestPathways([A, B, D, C])).toEqual([A, B, C]);
    expect(manifestPathways([])).toEqual([]);
    expect(differByHost(A.baseUrl, B.baseUrl)).toBe(true);
  });

  it('hold the same files', () => {
    const ids = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(32));
    const lacking = fc.array(fc.subarray([0, 1, 2, 3]), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(lacking, (lacks) => {
        const ocas = lacks.map((lacked, n) => ({
          ...{ ocaId: `oca-${n}`, condition: 'healthy' as const, reason: '', capacityBps: 1e9, loadBps: 0 },
          lacks: lacked,
        }));
        const site = { siteId: 's', siteClass: 'embedded' as const, prefixLength: 0, asPathLength: 0, med: 0 };
        const choice = chooseServers({
          ...{ playId: '1'.repeat(32), titleId: 'film', region: 'r', occasion: 'steering', atMs: 0 },
          ...{ clientPrefix: '198.51.100.0/24', tableVersion: 1, playBps: 1, fileIds: ids },
          sites: [{ ...site, distanceKm: 0, ocas }],
        });
        const { ocaIds, fileIds } = commonFiles(choice);
        const holds = (n: number) => ids.filter((_, file) => !lacks[n]?.includes(file));
        for (const ocaId of ocaIds) expect(holds(Number(ocaId.slice(4)))).toEqual(expect.arrayContaining([...fileIds]));
        expect(fileIds.size).toBe(Math.max(...lacks.map((_, n) => holds(n).length)));
      }),
    );
  });
});

describe('the state in the URL', () => {
  const ocaId = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
  const anyState = fc.record({
    named: fc.array(ocaId, { minLength: 1, maxLength: 10 }),
    tokenExpiresAtS: fc.nat(2 ** 32),
    renewed: fc.boolean(),
    measured: fc.array(
      fc.record({ ocaId, throughputBps: fc.nat(1e6).map((kbps) => kbps * 1000), atS: fc.nat(2 ** 32) }),
      { maxLength: 8 },
    ),
  });

  it('comes back as it went', () => {
    fc.assert(
      fc.property(anyState, (one) => {
        expect(readState(new URLSearchParams(stateQuery(one)))).toEqual(one);
      }),
    );
    expect(readState(new URLSearchParams(stateQuery(state)))).toEqual(state);
  });

  it('remembers the newest of each OCA, the latest eight', () => {
    const before = Array.from({ length: 8 }, (_, n) => ({ ocaId: `oca-${n}`, throughputBps: 1000, atS: 100 + n }));
    const after = remember(
      before,
      [
        { ocaId: 'oca-3', throughputBps: 5000 },
        { ocaId: 'new', throughputBps: 1 },
      ],
      200,
    );
    expect(after).toHaveLength(8);
    expect(after.slice(-2)).toEqual([
      { ocaId: 'oca-3', throughputBps: 5000, atS: 200 },
      { ocaId: 'new', throughputBps: 1, atS: 200 },
    ]);
    expect(remember(after, [], 10_000)).toEqual([]);
    expect(remember(undefined, [{ ocaId: 'oca-3', throughputBps: 5000 }], 200)).toEqual([]);
  });

  it('takes from reports what can be one, and knows dash.js by its quotes', () => {
    const read = (text: string, mouth: 'hls' | 'dash' = 'hls') => readReport(new URLSearchParams(text), mouth);
    expect(read('')).toBeUndefined();
    expect(read('_HLS_pathway=a.7000&_HLS_throughput=12')).toEqual({
      reports: [{ ocaId: 'a', throughputBps: 12 }],
      quoted: false,
    });
    expect(read('_DASH_pathway="a,b"&_DASH_throughput=,7', 'dash')).toEqual({
      reports: [{ ocaId: 'b', throughputBps: 7 }],
      quoted: true,
    });
    expect(read('_HLS_pathway=a&_HLS_throughput=500000')?.reports).toEqual([]);
    expect(read('_HLS_pathway=A B&_HLS_throughput=NaN')?.reports).toEqual([]);
  });
});
