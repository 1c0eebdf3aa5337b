import type { PathwayReport, SteeringInputs } from '@pressplay/protocol/messages';
import { prefixText } from '@pressplay/protocol/routes';
import { type BackendConfig, HEALTH_DEADLINE_MS } from '../backend-config.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { OcaRecord } from '../fleet/oca-record.ts';
import type { Meter } from '../operations/meter.ts';
import type { BackendClock, Log } from '../ports.ts';
import { LABELS } from './candidates.ts';
import { addedBps, type Named, nameServers, noteDrops } from './choose-servers.ts';
import type { DecisionLog } from './decision-log.ts';
import { type LookAround, noteLook, ocasAt, type Sight, surveyAround } from './look-around.ts';
import { spellOutDecision } from './noted-decision.ts';
import type { Steered } from './steered.ts';

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

type SteeredClient = LookAround<OcaRecord>['client'];

/** Looks at the fleet, decides, keeps what it saw. */
export class Steering {
  readonly #deps: SteeringDeps;

  constructor(deps: SteeringDeps) {
    this.#deps = deps;
  }

  steer(play: SteeredPlay, client: SteeredClient): Steered {
    const { config, fleet, clock, decisions, meter } = this.#deps;
    const isLogged = decisions.logs(play.playId);
    const question: LookAround<OcaRecord> = {
      routing: fleet.routing(),
      client,
      playId: play.playId,
      files: fleet.files.listOf(play.fileIds),
      addedBps: addedBps(play),
      until: isLogged ? 'replay' : 'decision',
      nowMs: clock.nowMs(),
      healthDeadlineMs: config.healthDeadlineMs ?? HEALTH_DEADLINE_MS,
    };
    const sight = surveyAround(question);
    const choice = nameServers(sight.survey, play);
    if (isLogged) this.#note(play, question, sight, choice);
    const steered: Steered = {
      occasion: play.occasion,
      titleId: play.titleId,
      choice,
      ocas: ocasAt(sight, choice.places),
      siteClasses: sight.sites.slice(0, sight.decidedSites).map(({ site }) => site.siteClass),
      reachable: sight.decidedOcas,
      drops: choice.dropCounts,
    };
    const [first] = steered.ocas;
    if (first && play.occasion === 'start') fleet.giveTo(first, play.playBps);
    meter?.steered(steered);
    return steered;
  }

  #note(play: SteeredPlay, question: LookAround<OcaRecord>, sight: Sight<OcaRecord>, named: Named): void {
    const { config, clock, decisions, log } = this.#deps;
    const { playId, titleId, occasion } = play;
    const { address, location } = question.client;
    const clientPrefix = prefixText(address, LOGGED_BITS[address.family]);
    const look = noteLook(sight.sites, location);
    const drops = noteDrops(sight.survey);
    const asked = {
      ...play,
      region: config.regionId,
      atMs: clock.wallMs(),
      clientPrefix,
      tableVersion: question.routing.version,
    };
    decisions.note({ playId, spellOut: () => spellOutDecision(asked, look, named, drops) });
    log('info', 'steering decision', {
      playId,
      titleId,
      occasion,
      clientPrefix,
      servers: named.servers.map(({ ocaId }) => ocaId).join(' '),
      drops: drops.ocaIds.map((ocaId, at) => `${LABELS[drops.labels[at] ?? 0]} ${ocaId}`).join(', '),
    });
  }
}
