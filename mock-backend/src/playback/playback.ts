import type { PlayRenewal, PlayRequest, PlayResponse, Server, SteeringDecision } from '@pressplay/protocol/messages';
import { type HmacSha256Hex, signMediaToken } from '@pressplay/protocol/wire';
import { ApiError } from '../api-error.ts';
import { type BackendConfig, GRANT_REFRESH_MS, TOKEN_LIFETIME_MS } from '../backend-config.ts';
import type { Catalog, CatalogEntry } from '../catalog/catalog.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import { livenessOf } from '../fleet/liveness.ts';
import { hash32 } from '../fleet/rendezvous.ts';
import { judgeLicence } from '../licensing/licence.ts';
import type { BackendClock } from '../ports.ts';
import type { Steering } from '../steering/steering.ts';
import type { PlayRecord } from '../store/store.ts';
import { telemetryTarget } from '../telemetry/telemetry.ts';
import type { Client } from './client-of.ts';
import { pickRenditions } from './pick-renditions.ts';
import type { PlayRegistry } from './play-registry.ts';

export interface PlaybackDeps {
  readonly config: BackendConfig;
  readonly catalog: Catalog;
  readonly fleet: FleetState;
  readonly registry: PlayRegistry;
  readonly clock: BackendClock;
  readonly hmac: HmacSha256Hex;
  readonly steering: Steering;
}

type CatalogRendition = CatalogEntry['title']['renditions'][number];

/** The play request, start to finish: the order of the checks is the order of the errors. */
export class Playback {
  readonly #deps: PlaybackDeps;

  constructor(deps: PlaybackDeps) {
    this.#deps = deps;
  }

  /** The JSON of a PlayResponse. Renditions come in as the text the catalog keeps. */
  async start(accountId: string, request: PlayRequest, client: Client): Promise<string> {
    const { registry, clock } = this.#deps;
    const entry = await this.#titleOf(request.titleId);
    const licence = judgeLicence(entry.title.licence, client.network.country, clock.wallMs());
    if (!licence.allowed) {
      const { country } = client.network;
      throw new ApiError(licence.code, licence.reason, { titleId: request.titleId, ...(country && { country }) });
    }
    this.#requireLive(entry);
    const renditions = playableOn(entry, request);
    const { titleId, device, idempotencyKey } = request;
    const play = await registry.claim({ accountId, titleId, device, idempotencyKey });
    const decision = this.#steer('start', play, client, renditions);
    return this.#responseJson(play, entry, client, renditions, decision);
  }

  /** A fresh token and ranking for a running play. The licence was judged at its start; a film that runs may end. */
  async renew(accountId: string, playId: string, client: Client): Promise<PlayRenewal> {
    const play = await this.#deps.registry.find(playId, accountId);
    const entry = await this.#titleOf(play.titleId);
    const decision = this.#steer('renewal', play, client, playableOn(entry, play));
    const fileServers: Record<string, number[]> = {};
    for (const { servers, fileIds } of decision.choice.fileSets)
      for (const fileId of fileIds) fileServers[fileId] = [...servers];
    return { playId, ...this.#grant(play, decision), fileServers };
  }

  async #titleOf(titleId: string): Promise<CatalogEntry> {
    const entry = await this.#deps.catalog.find(titleId).catch((error) => {
      throw new ApiError(
        'store/unavailable',
        'The catalog cannot be read now: try again.',
        { titleId },
        { cause: error },
      );
    });
    if (!entry) throw new ApiError('title/unknown', `There is no title "${titleId}" in the catalog.`, { titleId });
    return entry;
  }

  #requireLive({ title, fileIds }: CatalogEntry): void {
    const { fleet, config } = this.#deps;
    const liveness = livenessOf(
      fileIds,
      (fileId) => fleet.holdersOf(fileId),
      (ocaId) => fleet.siteOf(ocaId),
      config,
    );
    if (liveness.live) return;
    throw new ApiError('title/not-live', `"${title.name}" is still on its way to the servers: ${liveness.reason}.`, {
      titleId: title.titleId,
      copies: liveness.copies,
      copiesNeeded: config.copiesNeeded,
      sites: liveness.sites,
      sitesNeeded: config.sitesNeeded,
    });
  }

  #steer(
    occasion: 'start' | 'renewal',
    { playId, titleId }: PlayRecord,
    client: Client,
    renditions: readonly CatalogRendition[],
  ): SteeringDecision {
    const fileIds = renditions.map(({ fileId }) => fileId);
    const decision = this.#deps.steering.steer(
      { playId, titleId, occasion, fileIds, playBps: playBpsOf(renditions) },
      client,
    );
    requireEveryKind(renditions, decision);
    return decision;
  }

  #grant({ playId, titleId }: PlayRecord, decision: SteeringDecision) {
    const { config, clock, hmac } = this.#deps;
    const lifetimeMs = config.tokenLifetimeMs ?? TOKEN_LIFETIME_MS;
    const expiresAtS = Math.floor((clock.wallMs() + lifetimeMs) / 1000);
    const token = signMediaToken({ expiresAtS, playId, scope: titleId }, config.urlKey, hmac);
    const expiresInMs = Math.max(1, expiresAtS * 1000 - clock.wallMs());
    const refreshInMs = spread(playId, config.grantRefreshMs ?? GRANT_REFRESH_MS);
    return { token, expiresInMs, servers: serversOf(decision, this.#deps.fleet), refreshInMs };
  }

  #responseJson(
    play: PlayRecord,
    { title, renditionJson }: CatalogEntry,
    client: Client,
    renditions: readonly CatalogRendition[],
    decision: SteeringDecision,
  ): string {
    const grant = this.#grant(play, decision);
    const telemetry = telemetryTarget(grant.token, this.#deps.config.telemetryIntervalMs);
    const head: Omit<PlayResponse, 'fileSets'> = {
      playId: play.playId,
      titleId: title.titleId,
      titleName: title.name,
      durationMs: title.durationMs,
      region: this.#deps.config.regionId,
      client: client.network,
      ...grant,
      ...(telemetry && { telemetry }),
    };
    const fileSets = decision.choice.fileSets.map(({ servers, fileIds }) => {
      const texts = renditions.flatMap(({ fileId, renditionId }) =>
        fileIds.includes(fileId) ? (renditionJson.get(renditionId) ?? []) : [],
      );
      return `{"servers":${JSON.stringify(servers)},"renditions":[${texts.join()}]}`;
    });
    return `${JSON.stringify(head).slice(0, -1)},"fileSets":[${fileSets.join()}]}`;
  }
}

/** A tenth more or less, the same for a play everywhere: plays that began together do not come back together. */
const spread = (playId: string, meanMs: number): number =>
  Math.round(meanMs * (0.9 + (0.2 * hash32(playId)) / 2 ** 32));

function serversOf({ inputs, choice }: SteeringDecision, fleet: FleetState): Server[] {
  return choice.servers.flatMap(({ ocaId, siteId, siteRank }, rank) => {
    const siteClass = inputs.sites[siteRank]?.siteClass;
    const baseUrl = fleet.baseUrlOf(ocaId);
    return siteClass && baseUrl !== undefined ? [{ ocaId, siteId, siteClass, baseUrl, rank }] : [];
  });
}

/** What a play asks of a server at most: the best picture and the best sound. */
function playBpsOf(renditions: readonly CatalogRendition[]): number {
  const most = { video: 0, audio: 0 };
  for (const { kind, averageBps } of renditions) most[kind] = Math.max(most[kind], averageBps);
  return most.video + most.audio;
}

function playableOn({ title }: CatalogEntry, { device }: Pick<PlayRequest, 'device'>): readonly CatalogRendition[] {
  const pick = pickRenditions(title.renditions, device);
  if (pick.ok) return pick.renditions;
  throw new ApiError(
    'title/no-playable-rendition',
    `The device decodes none of the title's ${pick.kind} codecs: ${pick.codecs.join(', ')}.`,
    {
      titleId: title.titleId,
      kind: pick.kind,
      codecs: [...pick.codecs],
      deviceCodecs: pick.kind === 'video' ? device.videoCodecs : device.audioCodecs,
    },
  );
}

/** A play needs a server for its picture and one for its sound; which of the ladder's rungs are served may vary. */
function requireEveryKind(renditions: readonly CatalogRendition[], { inputs, choice }: SteeringDecision): void {
  const missing = new Set(choice.unserved);
  for (const kind of ['video', 'audio'] as const) {
    const wanted = renditions.filter((rendition) => rendition.kind === kind);
    if (wanted.length === 0 || wanted.some(({ fileId }) => !missing.has(fileId))) continue;
    const count = (...labels: string[]) => choice.drops.filter(({ label }) => labels.includes(label)).length;
    throw new ApiError('steering/no-server', 'No server can play this title to you now: try again soon.', {
      titleId: inputs.titleId,
      kind,
      reachable: inputs.sites.reduce((sum, { ocas }) => sum + ocas.length, 0),
      droppedForHealth: count('H', 'D'),
      droppedForContent: count('C'),
    });
  }
}
