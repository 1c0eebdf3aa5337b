import type { PathwayReport, SteeringInputs } from '@pressplay/protocol/messages';
import { prefixText } from '@pressplay/protocol/routes';
import { type BackendConfig, HEALTH_DEADLINE_MS } from '../backend-config.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { OcaRecord } from '../fleet/oca-record.ts';
import type { Meter } from '../operations/meter.ts';
import type { BackendClock, Log } from '../ports.ts';
import { addedBps, chooseServers, countsOf, nameServers } from './choose-servers.ts';
import type { DecisionLog } from './decision-log.ts';
import { decisionPart, type LookAround, lookAround, surveyAround } from './look-around.ts';
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
    const question = {
      routing: fleet.routing(),
      client,
      playId: play.playId,
      files: fleet.files.listOf(play.fileIds),
      addedBps: addedBps(play),
      nowMs: clock.nowMs(),
      healthDeadlineMs: config.healthDeadlineMs ?? HEALTH_DEADLINE_MS,
    };
    const steered = decisions.logs(play.playId) ? this.#decideAndLog(play, question) : decide(play, question);
    const [first] = steered.choice.servers;
    if (first && play.occasion === 'start') fleet.give(first.ocaId, play.playBps);
    meter?.steered(steered);
    return steered;
  }

  #decideAndLog(play: SteeredPlay, question: Question): Steered {
    const { config, clock, decisions, log } = this.#deps;
    const { playId, titleId, occasion, fileIds, playBps, reports = [] } = play;
    const { address } = question.client;
    const inputs: SteeringInputs = {
      playId,
      titleId,
      region: config.regionId,
      occasion,
      atMs: clock.wallMs(),
      clientPrefix: prefixText(address, LOGGED_BITS[address.family]),
      tableVersion: question.routing.version,
      playBps,
      fileIds: [...fileIds],
      sites: lookAround({ ...question, until: 'replay' }),
      ...(reports.length > 0 && { reports: [...reports] }),
    };
    const sites = decisionPart(inputs.sites, question.addedBps);
    const choice = chooseServers({ ...inputs, sites });
    decisions.note({ inputs, choice });
    log('info', 'steering decision', {
      playId,
      titleId,
      occasion,
      clientPrefix: inputs.clientPrefix,
      servers: choice.servers.map(({ ocaId }) => ocaId).join(' '),
      drops: choice.drops.map(({ ocaId, label }) => `${label} ${ocaId}`).join(', '),
    });
    return {
      occasion,
      titleId,
      choice,
      siteClasses: sites.map(({ siteClass }) => siteClass),
      reachable: sites.reduce((sum, { ocas }) => sum + ocas.length, 0),
      drops: countsOf(choice.drops),
    };
  }
}

type Question = Omit<LookAround<OcaRecord>, 'until'>;

/** The same decision without notes. */
function decide(play: SteeredPlay, question: Question): Steered {
  const { survey, sites } = surveyAround({ ...question, until: 'decision' });
  const choice = nameServers(survey, play);
  return {
    occasion: play.occasion,
    titleId: play.titleId,
    choice,
    siteClasses: sites.map(({ site }) => site.siteClass),
    reachable: survey.count,
    drops: choice.dropCounts,
  };
}
