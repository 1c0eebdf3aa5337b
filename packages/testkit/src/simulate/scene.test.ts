import { describe, expect, it } from 'vitest';
import { promisedTo } from './promises.ts';
import { drawScene, type Scene, type ViewerScene } from './scene.ts';

const SOURCES = { titleCount: 2, traces: ['a/1.csv', 'b/2.csv'] };
const SCENES = Array.from({ length: 400 }, (_, seed) => drawScene(seed, SOURCES));
const links = SCENES.flatMap(({ viewers }) => viewers).map(({ link }) => link.kind);

describe('scenes', () => {
  it('are the same for the same seed, and others for others', () => {
    expect(drawScene(17, SOURCES)).toEqual(drawScene(17, SOURCES));
    expect(new Set(SCENES.map((scene) => JSON.stringify({ ...scene, seed: 0 }))).size).toBe(SCENES.length);
  });

  it('follow traces where there are some, and do without where there are none', () => {
    expect(new Set(links)).toEqual(new Set(['steady', 'steps', 'trace']));
    const without = SCENES.map(({ seed }) => drawScene(seed, { ...SOURCES, traces: [] }));
    expect(without.some(({ viewers }) => viewers.some(({ link }) => link.kind === 'trace'))).toBe(false);
  });

  it('hold every kind of trouble, and calm', () => {
    const troubles = SCENES.map(({ trouble }) => trouble);
    expect(troubles.some((trouble) => !trouble)).toBe(true);
    expect(troubles.some((trouble) => trouble && trouble.healthyOcaId === undefined)).toBe(true);
    expect(troubles.some((trouble) => trouble?.corrupts && trouble.clocksJump)).toBe(true);
    expect(troubles.some((trouble) => trouble && trouble.regionShare > 0)).toBe(true);
    expect(SCENES.some(({ tokenLifetimeMs }) => tokenLifetimeMs !== undefined)).toBe(true);
    expect(SCENES.some(({ bottleneckBps }) => bottleneckBps !== undefined)).toBe(true);
    expect(SCENES.some(({ grantRefreshMs, trouble }) => grantRefreshMs !== undefined && trouble?.drains)).toBe(true);
    expect(SCENES.some(({ controlPlaneLoss }) => controlPlaneLoss !== undefined)).toBe(true);
    expect(SCENES.some(({ regionClocks = [] }) => regionClocks.some(({ skewMs }) => skewMs < 0))).toBe(true);
    expect(SCENES.some(({ crowdedOcaIds }) => crowdedOcaIds.length > 0)).toBe(true);
    const viewers = SCENES.flatMap((scene) => scene.viewers);
    expect(new Set(viewers.flatMap(({ actions }) => actions.map(({ kind }) => kind)))).toEqual(
      new Set(['seek', 'pause']),
    );
    const rates = viewers.flatMap((viewer) => viewer.rates ?? []).map(({ rate }) => rate);
    expect([Math.min(...rates), Math.max(...rates)]).toEqual([0.5, 2]);
    const losses = viewers.flatMap(({ lineLosses }) => lineLosses.map(({ state }) => state));
    expect(new Set(losses)).toEqual(new Set(['hang', 'reset', 'refuse']));
  });
});

it('have one line for those who live together', () => {
  for (const { viewers } of SCENES) {
    for (const { clientAddress, link } of viewers)
      expect(viewers.find((viewer) => viewer.clientAddress === clientAddress)?.link).toEqual(link);
  }
});

describe('what a viewer is promised', () => {
  const viewer: ViewerScene = {
    clientAddress: '198.51.100.7',
    startAfterMs: 0,
    bufferGoalMs: 10_000,
    link: { kind: 'steady', rateBps: 4_000_000, latencyMs: 10 },
    actions: [],
    lineLosses: [],
  };
  const trouble = {
    healthyOcaId: 'fjord-1-a',
    startShare: 0.5,
    meanGapMs: 500,
    regionShare: 0.1,
    corrupts: false,
    clocksJump: false,
    drains: false,
  };
  const scene: Scene = { seed: 1, title: 0, viewers: [viewer], trouble, crowdedOcaIds: [] };
  const { healthyOcaId: _, ...hopeless } = trouble;

  it('is no bound on stalls for who seeks: his buffer is empty then', () => {
    const actions = [{ kind: 'seek', atMs: 5000, share: 0.5 } as const];
    expect(promisedTo({ ...viewer, actions }, scene)).toEqual({ ends: true, rebufferMs: undefined });
  });

  it('is no bound on stalls for who watches faster: what is buffered lasts for less', () => {
    const rates = [{ atMs: 0, rate: 1.5 }];
    expect(promisedTo({ ...viewer, rates }, scene)).toEqual({ ends: true, rebufferMs: undefined });
  });

  it('is a play without long stalls while a good server exists', () => {
    expect(promisedTo(viewer, scene)).toEqual({ ends: true, rebufferMs: 5000 });
  });

  it.each([
    { situation: 'no server is spared', here: { ...scene, trouble: hopeless }, who: viewer },
    { situation: 'tokens run out while regions die', here: { ...scene, tokenLifetimeMs: 20_000 }, who: viewer },
    {
      situation: 'the spared server turns viewers away',
      here: { ...scene, crowdedOcaIds: ['fjord-1-a'] },
      who: viewer,
    },
    {
      situation: 'the whole control plane is gone at the start',
      here: { ...scene, controlPlaneLoss: { atMs: 0, lastsMs: 90_000 } },
      who: viewer,
    },
    {
      situation: 'a neighbour loses the line of the home',
      here: { ...scene, viewers: [{ ...viewer, lineLosses: [{ atMs: 0, lastsMs: 9, state: 'hang' as const }] }] },
      who: viewer,
    },
    { situation: 'neighbours fill the line', here: { ...scene, viewers: [viewer, viewer, viewer] }, who: viewer },
    {
      situation: 'the line is that of a trace',
      here: scene,
      who: { ...viewer, link: { kind: 'trace', file: 'a/1.csv', share: 0 } as const },
    },
    { situation: 'a bottleneck leaves too little', here: { ...scene, bottleneckBps: 1_000_000 }, who: viewer },
  ])('is nothing where $situation', ({ here, who }) => {
    expect(promisedTo(who, here)).toEqual({ ends: false, rebufferMs: undefined });
  });
});
