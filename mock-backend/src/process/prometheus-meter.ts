import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { AnsweredRequest } from '../operations/access-line.ts';
import type { Exposition, Meter, RegionVitals } from '../operations/meter.ts';
import { LABELS } from '../steering/candidates.ts';
import type { Steered } from '../steering/steered.ts';
import { Keyed, type Spread, type Tally, TallyCounter, TallyHistogram } from './tallies.ts';
import { showVitals, type VitalGauges, vitalGauges } from './vital-gauges.ts';

/** A play request is to be answered within ten milliseconds. */
const PLAY_BUCKETS_S = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5];
const HTTP_BUCKETS_S = [0.002, 0.01, 0.05, 0.25, 1, 5];

const OCCASIONS: Readonly<Record<string, string>> = {
  'POST /v1/plays': 'start',
  'POST /v1/plays/:playId/renew': 'renewal',
  'POST /v1/plays/:playId/end': 'end',
  'DELETE /v1/plays/:playId': 'end',
  'GET /v1/manifests/:token/:permit/main.m3u8': 'hls',
  'GET /v1/manifests/:token/:permit/main.mpd': 'dash',
  'GET /v1/manifests/:token/:permit/steering/:mouth': 'content-steering',
};

/** What an answer of one kind counts for. */
interface AnswerTallies {
  readonly answers: Tally;
  readonly http: Spread;
  readonly plays: Spread | undefined;
  readonly denials: Tally | undefined;
}

/** Counts for Prometheus. What comes with each play is counted here; what is looked at when asked is prom-client's. */
export class PrometheusMeter implements Meter {
  readonly #shared: { readonly region: string };
  readonly #registry = new Registry();
  readonly #vitals: VitalGauges;
  readonly #answers = new TallyCounter('pressplay_http_requests_total', 'Requests answered.');
  readonly #http = new TallyHistogram(
    'pressplay_http_request_duration_seconds',
    'From the request to its answer.',
    HTTP_BUCKETS_S,
  );
  readonly #plays = new TallyHistogram(
    'pressplay_play_request_duration_seconds',
    'Play requests by what came of them: granted, denied (its sender may not or asked wrongly), failed (our fault).',
    PLAY_BUCKETS_S,
  );
  readonly #denials = new TallyCounter(
    'pressplay_play_denials_total',
    'Play requests that were denied or failed, by the code of the answer.',
  );
  readonly #decisions = new TallyCounter(
    'pressplay_steering_decisions_total',
    'Steering decisions by the transport class of the first server; "none" where nobody was left.',
  );
  readonly #drops = new TallyCounter(
    'pressplay_steering_drops_total',
    'OCAs that were near and not named: H health, D draining, F full, S slow, C content, L beyond the limit of ten.',
  );
  readonly #ofAnswer = new Keyed<AnswerTallies>();
  readonly #ofStatus = new Keyed<Tally>();
  readonly #ofRoute = new Keyed<Spread>();
  readonly #ofResult = new Keyed<Spread>();
  readonly #ofDenial = new Keyed<Tally>();
  readonly #ofDecision = new Keyed<Tally>();
  readonly #ofDrop = new Keyed<Tally>();

  constructor(regionId: string) {
    this.#shared = { region: regionId };
    const registers = [this.#registry];
    this.#registry.setDefaultLabels(this.#shared);
    collectDefaultMetrics({ register: this.#registry });
    this.#vitals = vitalGauges((name, help, labelNames) => new Gauge({ name, help, labelNames, registers }));
  }

  answered(answered: AnsweredRequest): void {
    const { method, route, status, code, tookMs, isPrefetch } = answered;
    const kind = `${isPrefetch ? 'prefetch' : ''} ${status} ${method} ${code ?? ''} ${route}`;
    const tallies = this.#ofAnswer.get(kind, () => this.#tallyAnswers(answered));
    const tookS = tookMs / 1000;
    tallies.answers.count += 1;
    tallies.http.note(tookS);
    tallies.plays?.note(tookS);
    if (tallies.denials) tallies.denials.count += 1;
  }

  steered({ occasion, choice, siteClasses, drops }: Steered): void {
    const [first] = choice.servers;
    const siteClass = (first && siteClasses[first.siteRank]) ?? 'none';
    const decisions = this.#ofDecision.get(`${occasion} ${siteClass}`, () =>
      this.#decisions.tally({ occasion, site_class: siteClass }),
    );
    decisions.count += 1;
    for (const label of LABELS) {
      if (drops[label] > 0) this.#ofDrop.get(label, () => this.#drops.tally({ label })).count += drops[label];
    }
  }

  async expose(vitals: RegionVitals): Promise<Exposition> {
    showVitals(this.#vitals, vitals);
    const counted = [this.#answers, this.#http, this.#plays, this.#denials, this.#decisions, this.#drops];
    const texts = [await this.#registry.metrics(), ...counted.map((one) => one.text(this.#shared))];
    return { contentType: this.#registry.contentType, text: texts.join('\n') };
  }

  #tallyAnswers({ method, route, status, code, isPrefetch }: AnsweredRequest): AnswerTallies {
    const answers = this.#ofStatus.get(`${status} ${method} ${route}`, () =>
      this.#answers.tally({ method, route, status }),
    );
    const http = this.#ofRoute.get(`${method} ${route}`, () => this.#http.spread({ method, route }));
    const known = OCCASIONS[`${method} ${route}`];
    if (known === undefined) return { answers, http, plays: undefined, denials: undefined };
    const occasion = isPrefetch ? 'prefetch' : known;
    const result = resultOf(status);
    const plays = this.#ofResult.get(`${occasion} ${result}`, () => this.#plays.spread({ occasion, result }));
    const denials =
      code === undefined
        ? undefined
        : this.#ofDenial.get(`${occasion} ${code}`, () => this.#denials.tally({ occasion, code }));
    return { answers, http, plays, denials };
  }
}

/** A service that is loaded or without its store fails; whoever asks for what is not his is denied. */
const resultOf = (status: number): string => (status >= 500 ? 'failed' : status >= 400 ? 'denied' : 'granted');
