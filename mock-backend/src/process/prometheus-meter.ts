import type { SteeringDecision } from '@pressplay/protocol/messages';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AnsweredRequest } from '../operations/access-line.ts';
import type { Exposition, Meter, RegionVitals } from '../operations/meter.ts';

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

/** Counts for Prometheus, in a registry of its own. */
export class PrometheusMeter implements Meter {
  readonly #registry = new Registry();
  readonly #http: Histogram<'method' | 'route'>;
  readonly #answers: Counter<'method' | 'route' | 'status'>;
  readonly #plays: Histogram<'occasion' | 'result'>;
  readonly #denials: Counter<'occasion' | 'code'>;
  readonly #decisions: Counter<'occasion' | 'site_class'>;
  readonly #drops: Counter<'label'>;
  readonly #vitals: VitalGauges;

  constructor(regionId: string) {
    const registers = [this.#registry];
    this.#registry.setDefaultLabels({ region: regionId });
    collectDefaultMetrics({ register: this.#registry });
    this.#answers = new Counter({
      name: 'pressplay_http_requests_total',
      help: 'Requests answered.',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.#http = new Histogram({
      name: 'pressplay_http_request_duration_seconds',
      help: 'From the request to its answer.',
      labelNames: ['method', 'route'],
      buckets: HTTP_BUCKETS_S,
      registers,
    });
    this.#plays = new Histogram({
      name: 'pressplay_play_request_duration_seconds',
      help: 'Play requests by what came of them: granted, denied (its sender may not or asked wrongly), failed (our fault).',
      labelNames: ['occasion', 'result'],
      buckets: PLAY_BUCKETS_S,
      registers,
    });
    this.#denials = new Counter({
      name: 'pressplay_play_denials_total',
      help: 'Play requests that were denied or failed, by the code of the answer.',
      labelNames: ['occasion', 'code'],
      registers,
    });
    this.#decisions = new Counter({
      name: 'pressplay_steering_decisions_total',
      help: 'Steering decisions by the transport class of the first server; "none" where nobody was left.',
      labelNames: ['occasion', 'site_class'],
      registers,
    });
    this.#drops = new Counter({
      name: 'pressplay_steering_drops_total',
      help: 'OCAs that were near and not named: H health, D draining, F full, S slow, C content, L beyond the limit of ten.',
      labelNames: ['label'],
      registers,
    });
    this.#vitals = vitalGauges((name, help, labelNames) => new Gauge({ name, help, labelNames, registers }));
  }

  answered({ method, route, status, code, tookMs, isPrefetch }: AnsweredRequest): void {
    const tookS = tookMs / 1000;
    this.#answers.inc({ method, route, status });
    this.#http.observe({ method, route }, tookS);
    const known = OCCASIONS[`${method} ${route}`];
    if (known === undefined) return;
    const occasion = isPrefetch ? 'prefetch' : known;
    this.#plays.observe({ occasion, result: resultOf(status) }, tookS);
    if (code !== undefined) this.#denials.inc({ occasion, code });
  }

  steered({ inputs, choice }: SteeringDecision): void {
    const { occasion } = inputs;
    const [first] = choice.servers;
    const siteClass = first ? inputs.sites[first.siteRank]?.siteClass : undefined;
    this.#decisions.inc({ occasion, site_class: siteClass ?? 'none' });
    for (const { label } of choice.drops) this.#drops.inc({ label });
  }

  async expose(vitals: RegionVitals): Promise<Exposition> {
    showVitals(this.#vitals, vitals);
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}

/** A service that is loaded or without its store fails; whoever asks for what is not his is denied. */
const resultOf = (status: number): string => (status >= 500 ? 'failed' : status >= 400 ? 'denied' : 'granted');
