import type { HealthReport, LookedAtSite, SteeringDecision, SteeringInputs } from '@pressplay/protocol/messages';
import { parseAddress } from '@pressplay/protocol/routes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FleetState } from '../fleet/fleet-state.ts';
import { addedBps, chooseServers, nameServers, noteDrops } from './choose-servers.ts';
import { decisionPart, lookAround, noteLook, surveyAround } from './look-around.ts';
import { spellOutDecision } from './noted-decision.ts';
import { isReproduced, NO_CHANGES, replay } from './replay.ts';

const FILES = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(32));
const PLAY_BPS = 3e6;
const PREFIXES = ['198.51.100.0/24', '198.51.0.0/16', '0.0.0.0/0'] as const;

interface OcaDraft {
  readonly site: number;
  readonly routes: readonly string[];
  readonly asPathLength: number;
  readonly verdict: HealthReport['verdict'];
  readonly trafficBps: number;
  readonly fileIds: readonly string[];
  readonly heardAtMs: number;
}

const oca = fc.record<OcaDraft>({
  site: fc.nat({ max: 6 }),
  routes: fc.subarray([...PREFIXES], { minLength: 1 }),
  asPathLength: fc.nat({ max: 2 }),
  verdict: fc.constantFrom('healthy', 'healthy', 'healthy', 'healthy', 'saturated', 'draining', 'failing'),
  trafficBps: fc.constantFrom(0, 0, 0, 6_900_000, 7_100_000),
  fileIds: fc.oneof(fc.constant(FILES), fc.constant(FILES), fc.constant(FILES), fc.subarray(FILES)),
  heardAtMs: fc.constantFrom(9000, 9000, 9000, 9000, 1000),
});
const anyFleet = fc.array(oca, { maxLength: 70 });
const question = fc.record({
  playId: fc.stringMatching(/^[0-9a-f]{32}$/),
  occasion: fc.constantFrom<SteeringInputs['occasion']>('start', 'renewal', 'steering'),
  reports: fc.array(fc.record({ ocaId: fc.nat(70).map((at) => `oca-${at}`), throughputBps: fc.nat(2 * PLAY_BPS) }), {
    maxLength: 3,
  }),
});
type Question = typeof question extends fc.Arbitrary<infer T> ? T : never;

function fleetOf(drafts: readonly OcaDraft[], without?: number): FleetState {
  const sites = Array.from({ length: 7 }, (_, site) => ({
    siteId: `site-${site}`,
    name: `Site ${site}`,
    siteClass: (['embedded', 'public-peering', 'full-catalog'] as const)[site % 3] ?? 'embedded',
    asn: 64500,
    latitude: 0,
    longitude: site * 7,
  }));
  const fleet = new FleetState(sites);
  drafts.forEach(({ site, routes, asPathLength, verdict, trafficBps, fileIds, heardAtMs }, at) => {
    if (site === without) return;
    const ocaId = `oca-${at}`;
    const value: HealthReport = {
      ocaId,
      siteId: `site-${site}`,
      baseUrl: 'http://oca',
      verdict,
      reason: 'as drawn',
      capacityBps: at % 3 === 0 ? 1e7 : 2e7,
      trafficBps: at % 3 === 0 ? trafficBps : trafficBps + 1e7,
      connections: 0,
      servedBytes: 0,
      uptimeMs: 1,
    };
    const announced = routes.map((prefix) => ({ prefix, asPath: Array(asPathLength).fill(64501), med: 0 }));
    const instant = { nowMs: heardAtMs, wallMs: heardAtMs };
    fleet.report(
      {
        ocaId,
        health: { value, atMs: heardAtMs },
        routes: { value: announced, atMs: heardAtMs },
        inventory: { value: fileIds, atMs: heardAtMs },
      },
      instant,
    );
  });
  return fleet;
}

function clientAt() {
  const address = parseAddress('198.51.100.7');
  if (!address) throw new Error('no address');
  return { address, location: { latitude: 0, longitude: 0 } };
}

const questionOf = (fleet: FleetState, { playId, occasion }: Question) => ({
  routing: fleet.routing(),
  client: clientAt(),
  playId,
  files: fleet.files.listOf(FILES),
  addedBps: addedBps({ occasion, playBps: PLAY_BPS }),
  nowMs: 10_000,
  healthDeadlineMs: 5000,
});

const look = (fleet: FleetState, asked: Question, until: 'decision' | 'replay'): LookedAtSite[] =>
  lookAround({ ...questionOf(fleet, asked), until });

const inputsOf = ({ playId, occasion, reports }: Question, sites: LookedAtSite[]): SteeringInputs => ({
  playId,
  titleId: 'film',
  region: 'us-east-1',
  occasion,
  atMs: 0,
  clientPrefix: '198.51.100.0/24',
  tableVersion: 1,
  playBps: PLAY_BPS,
  fileIds: [...FILES],
  sites,
  ...(reports.length > 0 && { reports }),
});

/** As a region decides and logs: the whole look is noted, the decision is made of its part; then through the store. */
function logged(fleet: FleetState, asked: Question): SteeringDecision {
  const { sites: _, ...inputs } = inputsOf(asked, []);
  const client = clientAt();
  const { survey, sites, decidedOcas } = surveyAround({ ...questionOf(fleet, asked), client, until: 'replay' });
  const named = nameServers(survey, inputs);
  const look = noteLook(sites, client.location);
  const decision = spellOutDecision(inputs, look, named, noteDrops(survey));
  const part = decisionPart(decision.inputs.sites, addedBps(inputs));
  expect(part.flatMap(({ ocas }) => ocas)).toHaveLength(decidedOcas);
  return JSON.parse(JSON.stringify(decision));
}

describe('the replay of a decision, over random fleets', () => {
  it('gives what was logged', () => {
    fc.assert(
      fc.property(anyFleet, question, (drafts, asked) => {
        const decision = logged(fleetOf(drafts), asked);
        expect(replay(decision, NO_CHANGES)).toEqual(decision.choice);
        expect(isReproduced(decision)).toBe(true);
      }),
    );
  });

  it('is what a region that logs nothing decides, too', () => {
    fc.assert(
      fc.property(anyFleet, question, (drafts, asked) => {
        const fleet = fleetOf(drafts);
        const short = look(fleet, asked, 'decision');
        expect(decisionPart(look(fleet, asked, 'replay'), addedBps({ ...asked, playBps: PLAY_BPS }))).toEqual(short);
        expect(logged(fleet, asked).choice).toEqual(chooseServers(inputsOf(asked, short)));
      }),
    );
  });

  it('without any one site is what the fleet without that site decides', () => {
    fc.assert(
      fc.property(anyFleet, question, fc.nat({ max: 6 }), (drafts, asked, gone) => {
        const decision = logged(fleetOf(drafts), asked);
        const expected = chooseServers(inputsOf(asked, look(fleetOf(drafts, gone), asked, 'decision')));
        expect(replay(decision, { withoutSites: [`site-${gone}`] })).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('names an OCA that a decision would not reach once its betters are gone', () => {
    const draft = { routes: [PREFIXES[0]], asPathLength: 0, verdict: 'healthy', trafficBps: 0 } as const;
    const drafts = Array.from({ length: 60 }, (_, at) => ({
      ...draft,
      site: at % 6,
      fileIds: FILES,
      heardAtMs: 9000,
    }));
    const decision = logged(fleetOf(drafts), { playId: '1'.repeat(32), occasion: 'start', reports: [] });
    const sites = new Set(decision.choice.servers.map(({ siteId }) => siteId));
    expect(sites.size).toBe(3);
    const [first = ''] = sites;
    const without = replay(decision, { withoutSites: [first] }).servers;
    expect(without).toHaveLength(10);
    expect(new Set(without.map(({ siteId }) => siteId)).size).toBe(3);
    expect(without.some(({ siteId }) => siteId === first)).toBe(false);
  });
});
