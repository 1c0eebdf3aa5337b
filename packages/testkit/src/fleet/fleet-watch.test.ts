import type { FleetStatus, OcaControlStatus, TitleSummary } from '@pressplay/protocol/messages';
import { afterEach, expect, it } from 'vitest';
import { DEMO_FLEET } from '../demo-fleet.ts';
import { EventList } from './event-list.ts';
import { FleetWatch } from './fleet-watch.ts';
import type { ProcessState } from './managed-process.ts';

let watch: FleetWatch | undefined;
afterEach(() => watch?.stop());

const STATUS: OcaControlStatus = {
  ocaId: 'fjord-1-a',
  faults: [],
  fileCount: 6,
  connections: 1,
  trafficBps: 8e6,
  servedBytes: 1,
  verdict: 'healthy',
};
const TITLE: TitleSummary = {
  titleId: 'test-card',
  name: 'Test card',
  durationMs: 64_000,
  live: false,
  copies: 3,
  copiesNeeded: 4,
};

function watched() {
  const state: { oca: ProcessState; regions: ProcessState[]; titles: TitleSummary[]; ocaAnswers: boolean } = {
    oca: 'up',
    regions: ['up', 'up'],
    titles: [TITLE],
    ocaAnswers: true,
  };
  const events = new EventList();
  watch = new FleetWatch({
    sites: DEMO_FLEET.sites,
    events,
    ocas: [
      {
        ...{ ocaId: 'fjord-1-a', siteId: 'fjord-1', baseUrl: 'http://127.20.1.1:8600', capacityBps: 1e9 },
        processState: () => state.oca,
        control: {
          status: async () => (state.ocaAnswers ? STATUS : Promise.reject(new Error('silent'))),
          setFaults: async () => undefined,
        },
      },
    ],
    regions: state.regions.map((_, index) => ({
      ...{ regionId: `region-${index}`, baseUrl: 'http://127.0.0.1:1' },
      processState: () => state.regions[index] ?? 'down',
      api: {
        putTitle: async () => undefined,
        fleetStatus: async (): Promise<FleetStatus> => ({
          region: `region-${index}`,
          sites: [],
          ocas: [],
          drains: [],
          titles: state.titles,
        }),
      },
    })),
    countFiles: async () => 6,
  });
  return { state, events, watch };
}

it('shows what OCAs and regions say, and how many files there are', async () => {
  const { watch } = watched();
  await watch.refresh();
  const snapshot = watch.snapshot();
  expect(snapshot.sites).toHaveLength(4);
  expect(snapshot.ocas[0]).toMatchObject({
    ocaId: 'fjord-1-a',
    process: 'up',
    filesWanted: 6,
    status: { fileCount: 6 },
  });
  expect(snapshot.titles).toEqual([TITLE]);
});

it('shows no status of an OCA that is down or does not answer', async () => {
  const { watch, state } = watched();
  await watch.refresh();
  state.oca = 'down';
  expect(watch.snapshot().ocas[0]).not.toHaveProperty('status');
  Object.assign(state, { oca: 'up', ocaAnswers: false });
  await watch.refresh();
  expect(watch.snapshot().ocas[0]).not.toHaveProperty('status');
});

it('asks the next region when the first is cut', async () => {
  const { watch, state } = watched();
  state.regions[0] = 'down';
  await watch.refresh();
  expect(watch.snapshot().titles).toEqual([TITLE]);
});

it('tells once that a title became live', async () => {
  const { watch, state, events } = watched();
  await watch.refresh();
  state.titles = [{ ...TITLE, live: true, copies: 4 }];
  await watch.refresh();
  await watch.refresh();
  expect(events.latest().map((event) => event.text)).toEqual(['"Test card" is live: 4 OCAs hold it']);
});
