import type { PathwayReport, SteeringDecision, SteeringInputs } from '@pressplay/protocol/messages';
import { type Address, prefixText } from '@pressplay/protocol/routes';
import { type BackendConfig, HEALTH_DEADLINE_MS } from '../backend-config.ts';
import type { Location } from '../fleet/distance.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { Meter } from '../operations/meter.ts';
import type { BackendClock, Log } from '../ports.ts';
import { addedBps, chooseServers } from './choose-servers.ts';
import type { DecisionLog } from './decision-log.ts';
import { decisionPart, lookAround } from './look-around.ts';

export interface SteeredPlay {
  readonly playId: string;
  readonly titleId: string;
  readonly occasion: SteeringInputs['occasion'];
  readonly fileIds: readonly string[];
  /** The best picture and the best sound. */
  readonly playBps: number;
  /** What a stock player told, where it did. */
  readonly reports?: readonly PathwayReport[];
}

export interface SteeringDeps {
  readonly config: Pick<BackendConfig, 'regionId' | 'healthDeadlineMs'>;
  readonly fleet: FleetState;
  readonly clock: BackendClock;
  readonly log: Log;
  readonly decisions: DecisionLog;
  readonly meter?: Pick<Meter, 'steered'> | undefined;
}

/** The client's network as far as a log should know it. */
const LOGGED_BITS = { 4: 24, 6: 48 } as const;

/** Looks at the fleet, decides, keeps what it saw. */
export class Steering {
  readonly #deps: SteeringDeps;

  constructor(deps: SteeringDeps) {
    this.#deps = deps;
  }

  steer(
    { playId, titleId, occasion, fileIds, playBps, reports = [] }: SteeredPlay,
    client: { readonly address: Address; readonly location: Location | undefined },
  ): SteeringDecision {
    const { config, fleet, clock } = this.#deps;
    const routing = fleet.routing();
    const files = fleet.files.listOf(fileIds);
    const more = addedBps({ occasion, playBps });
    const isLogged = this.#deps.decisions.logs(playId);
    const sites = lookAround({
      routing,
      client,
      playId,
      files,
      addedBps: more,
      until: isLogged ? 'replay' : 'decision',
      nowMs: clock.nowMs(),
      healthDeadlineMs: config.healthDeadlineMs ?? HEALTH_DEADLINE_MS,
    });
    const inputs: SteeringInputs = {
      playId,
      titleId,
      region: config.regionId,
      occasion,
      atMs: clock.wallMs(),
      // Only the log reads it.
      clientPrefix: isLogged ? prefixText(client.address, LOGGED_BITS[client.address.family]) : '',
      tableVersion: routing.version,
      playBps,
      fileIds: [...fileIds],
      sites,
      ...(reports.length > 0 && { reports: [...reports] }),
    };
    const choice = chooseServers(isLogged ? { ...inputs, sites: decisionPart(sites, more) } : inputs);
    const [first] = choice.servers;
    if (first && occasion === 'start') fleet.give(first.ocaId, playBps);
    const decision = { inputs, choice };
    this.#deps.meter?.steered(decision);
    if (!isLogged) return decision;
    this.#deps.decisions.note(decision);
    this.#deps.log('info', 'steering decision', {
      playId,
      titleId,
      occasion,
      clientPrefix: inputs.clientPrefix,
      servers: choice.servers.map(({ ocaId }) => ocaId).join(' '),
      drops: choice.drops.map(({ ocaId, label }) => `${label} ${ocaId}`).join(', '),
    });
    return decision;
  }
}
