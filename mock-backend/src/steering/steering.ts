import type { OcaCondition, SteeringDecision, SteeringInputs } from '@pressplay/protocol/messages';
import { type BackendConfig, HEALTH_DEADLINE_MS } from '../backend-config.ts';
import type { Location } from '../fleet/distance.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { OcaRecord } from '../fleet/oca-record.ts';
import { usabilityOf } from '../fleet/usability.ts';
import type { BackendClock, Log } from '../ports.ts';
import { type Address, prefixText } from './address.ts';
import { addedBps, chooseServers } from './choose-servers.ts';
import type { DecisionLog } from './decision-log.ts';
import { lookAround } from './look-around.ts';

export interface SteeredPlay {
  readonly playId: string;
  readonly titleId: string;
  readonly occasion: SteeringInputs['occasion'];
  readonly fileIds: readonly string[];
  /** The best picture and the best sound. */
  readonly playBps: number;
}

export interface SteeringDeps {
  readonly config: Pick<BackendConfig, 'regionId' | 'healthDeadlineMs'>;
  readonly fleet: FleetState;
  readonly clock: BackendClock;
  readonly log: Log;
  readonly decisions: DecisionLog;
}

/** The client's network as far as a log should know it. */
const LOGGED_BITS = { 4: 24, 6: 48 } as const;

const SHARED_LISTS = 1024;

/** Looks at the fleet, decides, keeps what it saw. */
export class Steering {
  readonly #deps: SteeringDeps;
  #fileLists = new Map<string, readonly string[]>();

  constructor(deps: SteeringDeps) {
    this.#deps = deps;
  }

  steer(
    { playId, titleId, occasion, fileIds: asked, playBps }: SteeredPlay,
    client: { readonly address: Address; readonly location: Location | undefined },
  ): SteeringDecision {
    const { config, fleet, clock } = this.#deps;
    const routing = fleet.routing();
    const fileIds = this.#sharedList(asked);
    const nowMs = clock.nowMs();
    const deadlineMs = config.healthDeadlineMs ?? HEALTH_DEADLINE_MS;
    const sites = lookAround({
      routing,
      client,
      playId,
      fileIds,
      addedBps: addedBps({ occasion, playBps }),
      conditionOf: (oca) => conditionOf(oca, nowMs, deadlineMs),
    });
    const inputs: SteeringInputs = {
      playId,
      titleId,
      region: config.regionId,
      occasion,
      atMs: clock.wallMs(),
      clientPrefix: prefixText(client.address, LOGGED_BITS[client.address.family]),
      tableVersion: routing.version,
      playBps,
      fileIds: [...fileIds],
      sites,
    };
    const choice = chooseServers(inputs);
    const [first] = choice.servers;
    if (first && occasion === 'start') fleet.give(first.ocaId, playBps);
    const decision = { inputs, choice };
    if (!this.#deps.decisions.note(decision)) return decision;
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

  /** The same array for the same files: OCAs remember what they lack of it. */
  #sharedList(fileIds: readonly string[]): readonly string[] {
    const key = fileIds.join();
    const shared = this.#fileLists.get(key) ?? fileIds;
    if (this.#fileLists.size >= SHARED_LISTS) this.#fileLists.clear();
    this.#fileLists.set(key, shared);
    return shared;
  }
}

function conditionOf(
  { health }: OcaRecord,
  nowMs: number,
  deadlineMs: number,
): { readonly condition: OcaCondition; readonly reason: string } {
  const heard = health && { report: health.value, atMs: health.atMs };
  const usability = usabilityOf(heard, nowMs, deadlineMs);
  const isSilent = !health || nowMs - health.atMs > deadlineMs;
  return { condition: isSilent ? 'silent' : health.value.verdict, reason: usability.reason };
}
