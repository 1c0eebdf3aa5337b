import type {
  IndexFile,
  PlayRenewal,
  PlayRequest,
  PlayResponse,
  Server,
  SteeringDecision,
} from '@pressplay/protocol/messages';
import { type HmacSha256Hex, networkOf, signMediaToken } from '@pressplay/protocol/wire';
import type { Account } from '../accounts/account.ts';
import { ApiError } from '../api-error.ts';
import { type BackendConfig, GRANT_REFRESH_MS, TOKEN_LIFETIME_MS } from '../backend-config.ts';
import type { Catalog, CatalogEntry } from '../catalog/catalog.ts';
import type { KeptRendition } from '../catalog/kept-title.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import { livenessOf } from '../fleet/liveness.ts';
import { hash32 } from '../fleet/rendezvous.ts';
import type { StoredPlay } from '../leases/play-claim.ts';
import { pictureLimits } from '../licensing/picture-limits.ts';
import { manifestUrls } from '../manifests/manifest-urls.ts';
import type { BackendClock } from '../ports.ts';
import type { Readiness } from '../regions/readiness.ts';
import type { Steering } from '../steering/steering.ts';
import { telemetryTarget } from '../telemetry/telemetry.ts';
import type { Client } from './client-of.ts';
import { joinJson } from './join-json.ts';
import { languagesOf, subtitlesOf } from './languages.ts';
import { pickRenditions } from './pick-renditions.ts';
import { playBpsOf } from './play-bps.ts';
import type { PlayRegistry } from './play-registry.ts';
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

  constructor(deps: PlaybackDeps) {
    this.#deps = deps;
  }

  /** The JSON of a PlayResponse, in UTF-8. Renditions come in as the bytes the catalog keeps. */
  async start(account: Account, request: PlayRequest, client: Client): Promise<Uint8Array<ArrayBuffer>> {
    const { registry, clock, readiness } = this.#deps;
    readiness.requireForNewPlay();
    const { titleId, device, idempotencyKey, playerId, intent = 'play' } = request;
    const entry = await this.#titleOf(titleId);
    requirePermission(entry.title, account, client.network.country, clock.wallMs());
    this.#requireLive(entry);
    const renditions = playableOn(entry, device, account);
    const ask = { titleId, device, idempotencyKey, ...(playerId !== undefined && { playerId }) };
    const play = await registry.start(account, ask, intent === 'prefetch' ? 'prefetch' : 'start');
    const decision = this.#steer('start', play, client, renditions, entry);
    return this.#response(request, play, entry, client, renditions, decision);
  }

  /** A fresh token and ranking for a running play. The licence was judged at its start; a film that runs may end. */
  async renew(account: Account, playId: string, client: Client): Promise<PlayRenewal> {
    const play = await this.#deps.registry.renew(account, playId);
    const entry = await this.#titleOf(play.titleId);
    const decision = this.#steer('renewal', play, client, playableOn(entry, play.device, account), entry);
    const fileServers: Record<string, number[]> = {};
    for (const { servers, fileIds } of decision.choice.fileSets)
      for (const fileId of fileIds) fileServers[fileId] = [...servers];
    return { playId, ...this.#grant(play, decision, client), fileServers };
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
    if (fleet.isLive(fileIds, config)) return;
    const liveness = livenessOf(fleet.sitesHolding(fileIds), config);
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
    { playId, titleId }: StoredPlay,
    client: Client,
    renditions: readonly KeptRendition[],
    { title: { subtitles = [], indexFile } }: CatalogEntry,
  ): SteeringDecision {
    const fileIds = [...renditions, ...subtitles, ...(indexFile ? [indexFile] : [])].map(({ fileId }) => fileId);
    const decision = this.#deps.steering.steer(
      { playId, titleId, occasion, fileIds, playBps: playBpsOf(renditions) },
      client,
    );
    requireEveryKind(renditions, decision);
    if (indexFile && decision.choice.unserved.includes(indexFile.fileId)) throw noServer(decision, 'index');
    return decision;
  }

  #grant({ playId, titleId }: StoredPlay, decision: SteeringDecision, client: Client, intent?: PlayRequest['intent']) {
    const { config, clock, hmac } = this.#deps;
    const longestMs = config.tokenLifetimeMs ?? TOKEN_LIFETIME_MS;
    const lifetimeMs = intent === 'prefetch' ? Math.min(longestMs, PREFETCH_LIFETIME_MS) : longestMs;
    const expiresAtS = Math.floor((clock.wallMs() + lifetimeMs) / 1000);
    const bound = config.bindTokensToNetwork ? { network: networkOf(client.address.text) } : {};
    const token = signMediaToken({ expiresAtS, playId, scope: titleId, ...bound }, config.urlKey, hmac);
    const expiresInMs = Math.max(1, expiresAtS * 1000 - clock.wallMs());
    const refreshInMs = spread(playId, config.grantRefreshMs ?? GRANT_REFRESH_MS);
    return { token, expiresInMs, servers: serversOf(decision, this.#deps.fleet), refreshInMs };
  }

  #response(
    { intent, preferences, manifests }: PlayRequest,
    play: StoredPlay,
    { title, renditionJson }: CatalogEntry,
    client: Client,
    renditions: readonly KeptRendition[],
    decision: SteeringDecision,
  ): Uint8Array<ArrayBuffer> {
    const grant = this.#grant(play, decision, client, intent);
    const telemetry = telemetryTarget(grant.token, this.#deps.config.telemetryIntervalMs);
    const serversOf = (fileId: string) =>
      decision.choice.fileSets.find(({ fileIds }) => fileIds.includes(fileId))?.servers ?? [];
    const subtitles = subtitlesOf(title.subtitles ?? [], serversOf);
    const languages = languagesOf(renditions, subtitles, preferences);
    const head: Omit<PlayResponse, 'fileSets'> = {
      playId: play.playId,
      titleId: title.titleId,
      titleName: title.name,
      durationMs: title.durationMs,
      region: this.#deps.config.regionId,
      client: client.network,
      ...grant,
      ...(title.indexFile && { indexFile: indexFileOf(title.indexFile, serversOf) }),
      languages,
      ...(telemetry && { telemetry }),
      ...(manifests && { manifests: manifestUrls(play, renditions, languages.preferredAudio, this.#deps) }),
    };
    const parts: (string | Uint8Array)[] = [`${JSON.stringify(head).slice(0, -1)},"fileSets":[`];
    let separator = '';
    for (const { servers, fileIds } of decision.choice.fileSets) {
      // A set of subtitles alone is named with them.
      let before = `${separator}{"servers":${JSON.stringify(servers)},"renditions":[`;
      for (const { fileId, renditionId } of renditions) {
        const bytes = fileIds.includes(fileId) ? renditionJson.get(renditionId) : undefined;
        if (!bytes) continue;
        parts.push(before, bytes);
        before = ',';
      }
      if (before !== ',') continue;
      parts.push(']}');
      separator = ',';
    }
    return joinJson([...parts, ']}']);
  }
}

/** A tenth more or less, the same for a play everywhere: plays that began together do not come back together. */
const spread = (playId: string, meanMs: number): number =>
  Math.round(meanMs * (0.9 + (0.2 * hash32(playId)) / 2 ** 32));

/** `serversOf` gives who holds a file. */
function indexFileOf(
  { sha256: _, ...file }: NonNullable<CatalogEntry['title']['indexFile']>,
  serversOf: (fileId: string) => readonly number[],
): IndexFile {
  return { ...file, servers: [...serversOf(file.fileId)] };
}

function serversOf({ inputs, choice }: SteeringDecision, fleet: FleetState): Server[] {
  return choice.servers.flatMap(({ ocaId, siteId, siteRank }, rank) => {
    const siteClass = inputs.sites[siteRank]?.siteClass;
    const baseUrl = fleet.baseUrlOf(ocaId);
    return siteClass && baseUrl !== undefined ? [{ ocaId, siteId, siteClass, baseUrl, rank }] : [];
  });
}

function playableOn(
  { title }: CatalogEntry,
  device: PlayRequest['device'],
  { plan }: Account,
): readonly KeptRendition[] {
  const limits = pictureLimits(plan, title.licence, device);
  const pick = pickRenditions(title.renditions, device, limits);
  if (pick.ok) return pick.renditions;
  const { titleId } = title;
  if (pick.why === 'not-permitted') {
    const { maxHeightPx, heightLimitedBy, highDynamicRange } = limits;
    const context = { titleId, limitedBy: heightLimitedBy, smallestHeightPx: pick.smallestHeightPx, highDynamicRange };
    const most = Number.isFinite(maxHeightPx) ? `pictures of up to ${maxHeightPx} lines` : 'no such picture';
    throw new ApiError(
      'title/no-playable-rendition',
      `The title has no picture small enough: ${heightLimitedBy === 'security-level' ? 'its licence permits this device' : 'the plan permits'} ${most}.`,
      { ...context, ...(Number.isFinite(maxHeightPx) && { maxHeightPx }) },
    );
  }
  throw new ApiError(
    'title/no-playable-rendition',
    `The device decodes none of the title's ${pick.kind} codecs: ${pick.codecs.join(', ')}.`,
    {
      titleId,
      kind: pick.kind,
      codecs: [...pick.codecs],
      deviceCodecs: pick.kind === 'video' ? device.videoCodecs : device.audioCodecs,
    },
  );
}

/** A play needs a server for its picture and one for its sound; which of the ladder's rungs are served may vary. */
function requireEveryKind(renditions: readonly KeptRendition[], decision: SteeringDecision): void {
  const missing = new Set(decision.choice.unserved);
  for (const kind of ['video', 'audio'] as const) {
    const wanted = renditions.filter((rendition) => rendition.kind === kind);
    if (wanted.length === 0 || wanted.some(({ fileId }) => !missing.has(fileId))) continue;
    throw noServer(decision, kind);
  }
}

function noServer({ inputs, choice }: SteeringDecision, kind: 'video' | 'audio' | 'index'): ApiError {
  const count = (...labels: string[]) => choice.drops.filter(({ label }) => labels.includes(label)).length;
  return new ApiError('steering/no-server', 'No server can play this title to you now: try again soon.', {
    titleId: inputs.titleId,
    kind,
    reachable: inputs.sites.reduce((sum, { ocas }) => sum + ocas.length, 0),
    droppedForHealth: count('H', 'D'),
    droppedForContent: count('C'),
  });
}
