import type { PlayRenewal, PlayRequest, Server } from '@pressplay/protocol/messages';
import { type HmacSha256Hex, networkOf, signMediaToken } from '@pressplay/protocol/wire';
import type { Account } from '../accounts/account.ts';
import { ApiError } from '../api-error.ts';
import { type BackendConfig, GRANT_REFRESH_MS, TOKEN_LIFETIME_MS } from '../backend-config.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogEntry } from '../catalog/catalog-entry.ts';
import type { KeptRendition } from '../catalog/kept-title.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import { livenessOf } from '../fleet/liveness.ts';
import { hash32 } from '../fleet/rendezvous.ts';
import type { StoredPlay } from '../leases/play-claim.ts';
import { manifestUrls } from '../manifests/manifest-urls.ts';
import type { BackendClock } from '../ports.ts';
import type { Readiness } from '../regions/readiness.ts';
import type { Steered } from '../steering/steered.ts';
import type { Steering } from '../steering/steering.ts';
import { telemetryTarget } from '../telemetry/telemetry.ts';
import { answerJson } from './answer-json.ts';
import type { Client } from './client-of.ts';
import { DeviceKinds } from './device-kinds.ts';
import { LanguageShelf } from './language-shelf.ts';
import { subtitlesOf } from './languages.ts';
import type { PlayRegistry } from './play-registry.ts';
import { type Playable, PlayableShelf, renditionsOf } from './playable.ts';
import { requirePermission } from './require-permission.ts';

export interface PlaybackDeps {
  readonly config: BackendConfig;
  readonly catalog: Catalog;
  readonly fleet: FleetState;
  readonly registry: PlayRegistry;
  readonly clock: BackendClock;
  readonly hmac: HmacSha256Hex;
  readonly steering: Steering;
  readonly readiness: Pick<Readiness, 'requireForNewPlay'>;
}

/** What was asked for ahead is soon watched or never. */
const PREFETCH_LIFETIME_MS = 10 * 60 * 1000;

/** The play request, start to finish: the order of the checks is the order of the errors. */
export class Playback {
  readonly #deps: PlaybackDeps;
  readonly #playables = new PlayableShelf();
  readonly #devices = new DeviceKinds();
  readonly #languages = new LanguageShelf();

  constructor(deps: PlaybackDeps) {
    this.#deps = deps;
  }

  /** The JSON of a PlayResponse, in UTF-8. Renditions come in as the bytes the catalog keeps. */
  async start(account: Account, request: PlayRequest, client: Client): Promise<Uint8Array<ArrayBuffer>> {
    const { registry, catalog, clock, readiness } = this.#deps;
    readiness.requireForNewPlay();
    const { titleId, idempotencyKey, playerId, intent = 'play' } = request;
    const device = this.#devices.same(request.device);
    const entry = catalog.recall(titleId) ?? (await this.#titleOf(titleId));
    requirePermission(entry, account, client.network.country, clock.wallMs());
    this.#requireLive(entry);
    const playable = this.#playables.find(entry, device, account);
    const ask =
      playerId === undefined ? { titleId, device, idempotencyKey } : { titleId, device, idempotencyKey, playerId };
    const play = await registry.start(account, ask, intent === 'prefetch' ? 'prefetch' : 'start');
    const decision = this.#steer('start', play, client, playable);
    return this.#answer(request, play, client, playable, decision);
  }

  /** A fresh token and ranking for a running play. The licence was judged at its start; a film that runs may end. */
  async renew(account: Account, playId: string, client: Client): Promise<PlayRenewal> {
    const play = await this.#deps.registry.renew(account, playId);
    const entry = await this.#titleOf(play.titleId);
    const playable = this.#playables.find(entry, play.device, account);
    const decision = this.#steer('renewal', play, client, playable);
    const fileServers: Record<string, number[]> = {};
    for (const { servers, fileIds } of decision.choice.fileSets)
      for (const fileId of fileIds) fileServers[fileId] = [...servers];
    return {
      playId,
      ...this.#permit(play, client),
      servers: serversOf(decision, this.#deps.fleet),
      fileServers,
    };
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

  #requireLive({ titleId, name, fileIds }: CatalogEntry): void {
    const { fleet, config } = this.#deps;
    if (fleet.isLive(fileIds, config)) return;
    const liveness = livenessOf(fleet.sitesHolding(fileIds), config);
    throw new ApiError('title/not-live', `"${name}" is still on its way to the servers: ${liveness.reason}.`, {
      titleId,
      copies: liveness.copies,
      copiesNeeded: config.copiesNeeded,
      sites: liveness.sites,
      sitesNeeded: config.sitesNeeded,
    });
  }

  #steer(occasion: 'start' | 'renewal', { playId, titleId }: StoredPlay, client: Client, playable: Playable): Steered {
    const { fileIds, playBps, indexFileId } = playable;
    const decision = this.#deps.steering.steer({ playId, titleId, occasion, fileIds, playBps }, client);
    if (decision.choice.unserved.length === 0) return decision;
    requireEveryKind(renditionsOf(playable), decision);
    if (indexFileId !== undefined && decision.choice.unserved.includes(indexFileId)) throw noServer(decision, 'index');
    return decision;
  }

  #permit({ playId, titleId }: StoredPlay, client: Client, intent?: PlayRequest['intent']) {
    const { config, clock, hmac } = this.#deps;
    const longestMs = config.tokenLifetimeMs ?? TOKEN_LIFETIME_MS;
    const lifetimeMs = intent === 'prefetch' ? Math.min(longestMs, PREFETCH_LIFETIME_MS) : longestMs;
    const expiresAtS = Math.floor((clock.wallMs() + lifetimeMs) / 1000);
    const claims = { expiresAtS, playId, scope: titleId };
    const bound = config.bindTokensToNetwork ? { ...claims, network: networkOf(client.address.text) } : claims;
    const token = signMediaToken(bound, config.urlKey, hmac);
    const expiresInMs = Math.max(1, expiresAtS * 1000 - clock.wallMs());
    const refreshInMs = spread(playId, config.grantRefreshMs ?? GRANT_REFRESH_MS);
    return { token, expiresInMs, refreshInMs };
  }

  #answer(
    { intent, preferences, manifests }: PlayRequest,
    play: StoredPlay,
    client: Client,
    playable: Playable,
    { choice, ocas }: Steered,
  ): Uint8Array<ArrayBuffer> {
    const { config } = this.#deps;
    const { heard, subtitles, indexFileId } = playable;
    const { token, expiresInMs, refreshInMs } = this.#permit(play, client, intent);
    const serversOf = (fileId: string) =>
      choice.fileSets.find(({ fileIds }) => fileIds.includes(fileId))?.servers ?? [];
    const tracks = subtitles.length > 0 ? subtitlesOf(subtitles, serversOf) : [];
    const { languages, json } = this.#languages.find(heard, tracks, preferences);
    return answerJson({
      playId: play.playId,
      region: config.regionId,
      playable,
      client,
      token,
      expiresInMs,
      serversJson: serversJson(ocas),
      refreshInMs,
      indexServers: indexFileId === undefined ? [] : serversOf(indexFileId),
      languagesJson: json,
      telemetry: telemetryTarget(token, config.telemetryIntervalMs),
      manifests: manifests
        ? manifestUrls(play, renditionsOf(playable), languages.preferredAudio, this.#deps)
        : undefined,
      fileSets: choice.fileSets,
    });
  }
}

/** A tenth more or less, the same for a play everywhere: plays that began together do not come back together. */
const spread = (playId: string, meanMs: number): number =>
  Math.round(meanMs * (0.9 + (0.2 * hash32(playId)) / 2 ** 32));

/** The servers as text; the site's class is that of the site where it stands now, which the decision has just looked at. */
function serversJson(ocas: Steered['ocas']): string {
  let text = '';
  for (let rank = 0; rank < ocas.length; rank++) {
    const server = ocas[rank]?.serverJson;
    if (server !== undefined) text += `${text === '' ? '' : ','}${server}${rank}}`;
  }
  return text;
}

function serversOf({ siteClasses, choice }: Steered, fleet: FleetState): Server[] {
  return choice.servers.flatMap(({ ocaId, siteId, siteRank }, rank) => {
    const siteClass = siteClasses[siteRank];
    const baseUrl = fleet.baseUrlOf(ocaId);
    return siteClass && baseUrl !== undefined ? [{ ocaId, siteId, siteClass, baseUrl, rank }] : [];
  });
}

/** A play needs a server for its picture and one for its sound; which of the ladder's rungs are served may vary. */
function requireEveryKind(renditions: readonly KeptRendition[], decision: Steered): void {
  const missing = new Set(decision.choice.unserved);
  for (const kind of ['video', 'audio'] as const) {
    const wanted = renditions.filter((rendition) => rendition.kind === kind);
    if (wanted.length === 0 || wanted.some(({ fileId }) => !missing.has(fileId))) continue;
    throw noServer(decision, kind);
  }
}

function noServer({ titleId, reachable, drops }: Steered, kind: 'video' | 'audio' | 'index'): ApiError {
  return new ApiError('steering/no-server', 'No server can play this title to you now: try again soon.', {
    titleId,
    kind,
    reachable,
    droppedForHealth: drops.H + drops.D,
    droppedForContent: drops.C,
  });
}
