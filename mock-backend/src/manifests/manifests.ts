import type { SteeringManifest } from '@pressplay/protocol/messages';
import { type HmacSha256Hex, keysAt, mediaUrl, networkOf, signMediaToken } from '@pressplay/protocol/wire';
import type { Revocations } from '../accounts/revocations.ts';
import { ApiError } from '../api-error.ts';
import { type BackendConfig, STEERING_TTL_MS, STREAM_LEASE_MS, TOKEN_LIFETIME_MS } from '../backend-config.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogEntry } from '../catalog/catalog-entry.ts';
import type { KeptTitle } from '../catalog/kept-title.ts';
import type { LongIndexes } from '../catalog/long-indexes.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { SharedPlays } from '../leases/shared-plays.ts';
import type { Client } from '../playback/client-of.ts';
import { playBpsOf } from '../playback/play-bps.ts';
import type { BackendClock, Log } from '../ports.ts';
import type { SteeredPlay, Steering } from '../steering/steering.ts';
import { dashText, hlsText, type ManifestPart, pathwayUris } from './manifest-texts.ts';
import { type ManifestTicket, openTicket, type TicketPath, ticketUrl } from './manifest-ticket.ts';
import { commonFiles, manifestPathways, type Pathway } from './pathways.ts';
import { steeringAnswer } from './steering-answer.ts';
import {
  type PlayerReport,
  readReport,
  readState,
  remember,
  type SteeringState,
  stateQuery,
} from './steering-state.ts';

export interface ManifestsDeps {
  readonly config: BackendConfig;
  readonly catalog: Catalog;
  readonly longIndexes: LongIndexes;
  readonly fleet: FleetState;
  readonly plays: SharedPlays;
  readonly revocations: Pick<Revocations, 'endsWhatBegan'>;
  readonly steering: Steering;
  readonly clock: BackendClock;
  readonly hmac: HmacSha256Hex;
  readonly log: Log;
}

export type Mouth = 'hls' | 'dash';

/** Who asks, for what, and where this region is for him. */
export interface ManifestRequest {
  readonly path: TicketPath;
  readonly client: Client;
  /** Scheme and host. */
  readonly origin: string;
}

/** A fresh token reaches players in time when it comes with a quarter of the old one's time left, or three answers. */
const RENEWED_AT_SHARE = 0.25;
const RENEWED_AT_ANSWERS = 3;
const LEASE_SLACK = 1.5;

/** HLS and DASH for any player: the same brain as the play request, two more mouths. Nothing is kept between requests. */
export class Manifests {
  readonly #deps: ManifestsDeps;

  constructor(deps: ManifestsDeps) {
    this.#deps = deps;
  }

  async hls(request: ManifestRequest): Promise<string> {
    const part = await this.#manifestPart(request, 'hls');
    const missing = part.renditions.filter(({ playlist }) => !playlist);
    if (missing.length > 0) {
      const titleId = part.title.titleId;
      const message = 'This title has no HLS playlists on the servers: play its DASH manifest, or ingest it again.';
      throw new ApiError('title/no-playlists', message, { titleId });
    }
    return hlsText(part);
  }

  async dash(request: ManifestRequest): Promise<string> {
    const part = await this.#manifestPart(request, 'dash');
    return dashText(part, await this.#deps.longIndexes.whole(part, part.renditions));
  }

  async steer(request: ManifestRequest, mouth: Mouth, query: URLSearchParams): Promise<SteeringManifest> {
    const before = readState(query);
    const { ticket, entry } = await this.#open(request.path);
    const report = readReport(query, mouth);
    const measured = remember(before.measured, report?.reports ?? [], this.#nowS());
    const seen = this.#look(ticket, entry, request.client, 'steering', measured);
    const state = this.#renewed({ ...before, measured }, mouth === 'hls' || report?.quoted === true);
    const [base] = state.named;
    const token = this.#mediaToken(ticket, request.client, state.tokenExpiresAtS);
    return steeringAnswer({
      ranked: seen.pathways,
      state,
      cloneBaseUrl: base === undefined ? undefined : this.#deps.fleet.baseUrlOf(base),
      hostForm: hostFormOf(mouth, state, report),
      dashBaseAt: mouth === 'dash' ? ({ baseUrl }) => mediaUrl(baseUrl, token, '') : undefined,
      urisAt: (pathway) => pathwayUris(seen, (fileId) => mediaUrl(pathway.baseUrl, token, fileId)),
      reloadUri: steeringUrl(request, mouth, state),
      ttlS: this.#ttlS(),
    });
  }

  async #manifestPart(request: ManifestRequest, mouth: Mouth): Promise<ManifestPart> {
    const { ticket, entry } = await this.#open(request.path);
    const { renditions, subtitles, pathways } = this.#look(ticket, entry, request.client, 'manifest');
    requirePathway(entry.title, renditions, pathways);
    const named = manifestPathways(pathways);
    const tokenExpiresAtS = this.#nowS() + Math.floor((this.#deps.config.tokenLifetimeMs ?? TOKEN_LIFETIME_MS) / 1000);
    const state = { named: named.map(({ ocaId }) => ocaId), tokenExpiresAtS, renewed: false };
    const token = this.#mediaToken(ticket, request.client, tokenExpiresAtS);
    return {
      title: entry.title,
      renditionJson: entry.renditionJson,
      renditions,
      subtitles,
      pathways: named,
      urlOf: ({ baseUrl }, fileId) => mediaUrl(baseUrl, token, fileId),
      steeringUrl: steeringUrl(request, mouth, state),
    };
  }

  async #open(path: TicketPath): Promise<{ ticket: ManifestTicket; entry: CatalogEntry }> {
    const { config, hmac, catalog, plays, revocations, log } = this.#deps;
    const keys = keysAt(config.urlKey, config.acceptedUrlKeys, this.#deps.clock.wallMs());
    const ticket = openTicket(path, keys, hmac, this.#nowS());
    const { playId, titleId } = ticket;
    // The ticket says all that is needed: without the store, only an end that another region was told is not seen.
    const play = await plays.look(playId).catch((error) => {
      log('warn', 'a manifest is given without a look into the store', { playId, error: String(error) });
      return undefined;
    });
    if (play?.endedAtMs !== undefined)
      throw new ApiError('play/ended', 'This play was ended, or its player began another one: start a new one.', {
        playId,
      });
    if (play && revocations.endsWhatBegan(play))
      throw new ApiError('play/ended', 'The tokens of the account were called back: start a new play with a new one.', {
        playId,
      });
    const leaseMs = Math.max(config.streamLeaseMs ?? STREAM_LEASE_MS, LEASE_SLACK * this.#ttlS() * 1000);
    if (play) plays.hear(playId, leaseMs);
    const entry = await catalog.find(titleId).catch((error) => {
      const message = 'The catalog cannot be read now: try again.';
      throw new ApiError('store/unavailable', message, { titleId }, { cause: error });
    });
    if (!entry) throw new ApiError('title/unknown', `There is no title "${titleId}" in the catalog.`, { titleId });
    return { ticket, entry };
  }

  /** What can be played from where now: decided, and logged, as a play request is. */
  #look(
    { playId, titleId, renditionIds }: ManifestTicket,
    { title }: CatalogEntry,
    client: Client,
    occasion: 'manifest' | 'steering',
    reports: SteeredPlay['reports'] = [],
  ) {
    const { steering, fleet } = this.#deps;
    const permitted = renditionIds.flatMap(
      (id) => title.renditions.find(({ renditionId }) => renditionId === id) ?? [],
    );
    const filesOf = (file: { fileId: string; playlist?: { fileId: string } }) =>
      file.playlist ? [file.fileId, file.playlist.fileId] : [file.fileId];
    const fileIds = [...permitted, ...(title.subtitles ?? [])].flatMap(filesOf);
    const play = { playId, titleId, occasion, fileIds, playBps: playBpsOf(permitted) };
    const told = reports.map(({ ocaId, throughputBps }) => ({ ocaId, throughputBps }));
    const { choice } = steering.steer({ ...play, reports: told }, client);
    const common = commonFiles(choice);
    const isThere = (file: Parameters<typeof filesOf>[0]) =>
      filesOf(file).every((fileId) => common.fileIds.has(fileId));
    const pathways = common.ocaIds.flatMap((ocaId): Pathway[] => {
      const [siteId, baseUrl] = [fleet.siteOf(ocaId), fleet.baseUrlOf(ocaId)];
      return siteId !== undefined && baseUrl !== undefined ? [{ ocaId, siteId, baseUrl }] : [];
    });
    return {
      pathways,
      renditions: permitted.filter(isThere),
      subtitles: (title.subtitles ?? []).filter(isThere),
    };
  }

  /** Clones of HLS can carry fresh URLs, those of DASH only what dash.js makes of a host. */
  #renewed(state: SteeringState, isUnderstood: boolean): SteeringState {
    const lifetimeS = Math.floor((this.#deps.config.tokenLifetimeMs ?? TOKEN_LIFETIME_MS) / 1000);
    const leftS = state.tokenExpiresAtS - this.#nowS();
    const isDue = leftS < Math.max(lifetimeS * RENEWED_AT_SHARE, RENEWED_AT_ANSWERS * this.#ttlS());
    return isDue && isUnderstood ? { ...state, tokenExpiresAtS: this.#nowS() + lifetimeS, renewed: true } : state;
  }

  /** The state of a URL may name any moment: no token outlives its lifetime. */
  #mediaToken({ playId, titleId }: ManifestTicket, client: Client, wantedS: number): string {
    const { config, hmac } = this.#deps;
    const longestS = this.#nowS() + Math.floor((config.tokenLifetimeMs ?? TOKEN_LIFETIME_MS) / 1000);
    const expiresAtS = Math.min(wantedS, longestS);
    const bound = config.bindTokensToNetwork ? { network: networkOf(client.address.text) } : {};
    return signMediaToken({ expiresAtS, playId, scope: titleId, ...bound }, config.urlKey, hmac);
  }

  #ttlS(): number {
    return Math.max(1, Math.round((this.#deps.config.steeringTtlMs ?? STEERING_TTL_MS) / 1000));
  }

  #nowS(): number {
    return Math.floor(this.#deps.clock.wallMs() / 1000);
  }
}

/** dash.js is known by its quotes, or by having been given a fresh token. */
function hostFormOf(mouth: Mouth, { renewed }: SteeringState, report: PlayerReport | undefined) {
  if (mouth === 'hls') return 'bare';
  if (renewed || report?.quoted) return 'authority';
  return report ? 'bare' : 'unknown';
}

const steeringUrl = ({ path, origin }: ManifestRequest, mouth: Mouth, state: SteeringState): string =>
  `${origin}${ticketUrl(path, `steering/${mouth}`)}?${stateQuery(state)}`;

/** Picture and sound, or nothing that could be called a play. */
function requirePathway(
  title: KeptTitle,
  renditions: readonly { readonly kind: 'video' | 'audio' }[],
  pathways: readonly Pathway[],
): void {
  const kinds = new Set(title.renditions.map(({ kind }) => kind));
  const isWhole = [...kinds].every((kind) => renditions.some((rendition) => rendition.kind === kind));
  if (pathways.length > 0 && isWhole) return;
  throw new ApiError('steering/no-server', 'No server can play this title to you now: try again soon.', {
    titleId: title.titleId,
  });
}
