import type { PlayRenewal, PlayRequest, PlayResponse, Server } from '@pressplay/protocol/messages';
import { type HmacSha256Hex, signMediaToken } from '@pressplay/protocol/wire';
import { ApiError } from '../api-error.ts';
import { type BackendConfig, GRANT_REFRESH_MS, HEALTH_DEADLINE_MS, TOKEN_LIFETIME_MS } from '../backend-config.ts';
import type { Catalog, CatalogEntry } from '../catalog/catalog.ts';
import type { FleetOca, FleetState } from '../fleet/fleet-state.ts';
import { livenessOf } from '../fleet/liveness.ts';
import { hash32 } from '../fleet/rendezvous.ts';
import { usabilityOf } from '../fleet/usability.ts';
import { judgeLicence } from '../licensing/licence.ts';
import type { BackendClock, Log } from '../ports.ts';
import { chooseServers, type ServerChoice } from '../steering/choose-servers.ts';
import { type RankedOca, rankOcas } from '../steering/rank-ocas.ts';
import type { PlayRecord } from '../store/store.ts';
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
  readonly log: Log;
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
    const choice = this.#steer(play, client, renditions);
    return this.#responseJson(play, entry, client, renditions, choice);
  }

  /** A fresh token and ranking for a running play. The licence was judged at its start; a film that runs may end. */
  async renew(accountId: string, playId: string, client: Client): Promise<PlayRenewal> {
    const play = await this.#deps.registry.find(playId, accountId);
    const entry = await this.#titleOf(play.titleId);
    const choice = this.#steer(play, client, playableOn(entry, play));
    const fileServers: Record<string, number[]> = {};
    for (const { servers, fileIds } of choice.fileSets)
      for (const fileId of fileIds) fileServers[fileId] = [...servers];
    return { playId, ...this.#grant(play, choice.servers), fileServers };
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

  #steer(play: PlayRecord, client: Client, renditions: readonly CatalogRendition[]): ServerChoice<FleetOca> {
    const { fleet, clock, config, log } = this.#deps;
    const { playId, titleId } = play;
    const ranked = rankOcas(client, playId, fleet.routes(), fleet.ocas());
    const choice = chooseServers(
      ranked,
      renditions.map(({ fileId }) => fileId),
      (fileId) => fleet.holdersOf(fileId),
      (oca) => usabilityOf(oca.health, clock.nowMs(), config.healthDeadlineMs ?? HEALTH_DEADLINE_MS),
    );
    log('info', 'steering decision', {
      playId,
      titleId,
      client: client.network.address,
      servers: choice.servers.map(({ oca, reason }) => `${oca.ocaId} (${reason})`),
      drops: choice.drops.map(({ ocaId, label, reason }) => `${label} ${ocaId}: ${reason}`),
    });
    requireEveryKind(titleId, renditions, choice, ranked.length);
    return choice;
  }

  #grant({ playId, titleId }: PlayRecord, ranked: readonly RankedOca<FleetOca>[]) {
    const { config, clock, hmac } = this.#deps;
    const lifetimeMs = config.tokenLifetimeMs ?? TOKEN_LIFETIME_MS;
    const expiresAtS = Math.floor((clock.wallMs() + lifetimeMs) / 1000);
    const token = signMediaToken({ expiresAtS, playId, scope: titleId }, config.urlKey, hmac);
    const expiresInMs = Math.max(1, expiresAtS * 1000 - clock.wallMs());
    const refreshInMs = spread(playId, config.grantRefreshMs ?? GRANT_REFRESH_MS);
    return { token, expiresInMs, servers: ranked.map(serverOf), refreshInMs };
  }

  #responseJson(
    play: PlayRecord,
    { title, renditionJson }: CatalogEntry,
    client: Client,
    renditions: readonly CatalogRendition[],
    choice: ServerChoice<FleetOca>,
  ): string {
    const head: Omit<PlayResponse, 'fileSets'> = {
      playId: play.playId,
      titleId: title.titleId,
      titleName: title.name,
      durationMs: title.durationMs,
      region: this.#deps.config.regionId,
      client: client.network,
      ...this.#grant(play, choice.servers),
    };
    const fileSets = choice.fileSets.map(({ servers, fileIds }) => {
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

const serverOf = ({ oca }: RankedOca<FleetOca>, rank: number): Server => ({
  ocaId: oca.ocaId,
  siteId: oca.site.siteId,
  siteClass: oca.site.siteClass,
  baseUrl: oca.health.report.baseUrl,
  rank,
});

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
function requireEveryKind(
  titleId: string,
  renditions: readonly CatalogRendition[],
  { unserved, drops }: ServerChoice<FleetOca>,
  reachable: number,
): void {
  const missing = new Set(unserved);
  for (const kind of ['video', 'audio'] as const) {
    const wanted = renditions.filter((rendition) => rendition.kind === kind);
    if (wanted.length === 0 || wanted.some(({ fileId }) => !missing.has(fileId))) continue;
    const count = (label: string) => drops.filter((drop) => drop.label === label).length;
    throw new ApiError('steering/no-server', 'No server can play this title to you now: try again soon.', {
      titleId,
      kind,
      reachable,
      droppedForHealth: count('H'),
      droppedForContent: count('C'),
    });
  }
}
