// Made from src/schemas by `npm run generate -w @pressplay/protocol`; a test keeps it fresh. Do not edit.

export type ApiErrorCode =
  | 'request/malformed-json'
  | 'request/invalid'
  | 'request/too-large'
  | 'request/rate-limited'
  | 'request/not-found'
  | 'request/method-not-allowed'
  | 'auth/missing'
  | 'auth/invalid'
  | 'auth/revoked'
  | 'auth/forbidden'
  | 'account/unknown-plan'
  | 'account/age-rating'
  | 'account/stream-limit'
  | 'title/unknown'
  | 'title/not-live'
  | 'title/no-playable-rendition'
  | 'title/no-playlists'
  | 'title/no-index'
  | 'licence/territory'
  | 'licence/window'
  | 'play/unknown'
  | 'play/ended'
  | 'play/idempotency-conflict'
  | 'steering/no-server'
  | 'steering/not-logged'
  | 'fleet/unknown-oca'
  | 'store/unavailable'
  | 'store/snapshot-expired'
  | 'server/overloaded'
  | 'server/internal';
/**
 * The first 128 bits of the SHA-256 of the bytes, in hex. Unguessable, and equal on every server.
 */
export type FileId = string;
/**
 * Bits per second.
 */
export type Bps = number;
/**
 * SHA-256 of the bytes, in hex.
 */
export type Sha256 = string;
/**
 * A rendition as the catalog keeps it, with the hash that OCAs verify.
 */
export type CatalogRendition =
  | {
      kind: 'video';
      /**
       * Unique within the title, as `v720` or `a128`.
       */
      renditionId: string;
      fileId: FileId;
      /**
       * The strong ETag that every OCA sends for this file, with its quotes.
       */
      etag: string;
      sizeBytes: number;
      /**
       * RFC 6381 codec string, as `avc1.64001f`.
       */
      codec: string;
      averageBps: Bps;
      peakBps: Bps;
      index: SegmentIndex;
      video: VideoTraits;
      sha256: Sha256;
      playlist?: HlsPlaylistFile;
    }
  | {
      kind: 'audio';
      /**
       * Unique within the title, as `v720` or `a128`.
       */
      renditionId: string;
      fileId: FileId;
      /**
       * The strong ETag that every OCA sends for this file, with its quotes.
       */
      etag: string;
      sizeBytes: number;
      /**
       * RFC 6381 codec string, as `avc1.64001f`.
       */
      codec: string;
      averageBps: Bps;
      peakBps: Bps;
      index: SegmentIndex;
      audio: AudioTraits;
      sha256: Sha256;
      playlist?: HlsPlaylistFile;
    };
export type DynamicRange = 'sdr' | 'hdr10' | 'hlg' | 'dolby-vision';
/**
 * Title id: lower-case letters, digits and dashes.
 */
export type TitleId = string;
/**
 * ISO 3166-1 alpha-2 country code.
 */
export type Country = string;
/**
 * An address prefix in CIDR form, IPv4 or IPv6.
 */
export type Prefix = string;
/**
 * Region id, as `us-east-1`.
 */
export type RegionId = string;
/**
 * How well a device keeps keys; `L1` is hardware.
 */
export type SecurityLevel = 'L1' | 'L2' | 'L3';
/**
 * OCA id.
 */
export type OcaId = string;
/**
 * Site id: one place with one or more OCAs.
 */
export type SiteId = string;
/**
 * H health, D draining, F full (capacity), S slow for this player and put back, C content, L beyond the limit of ten.
 */
export type DropLabel = 'H' | 'D' | 'F' | 'S' | 'C' | 'L';
export type OcaErrorCode =
  | 'path/invalid'
  | 'request/method-not-allowed'
  | 'token/malformed'
  | 'token/bad-signature'
  | 'token/expired'
  | 'token/wrong-title'
  | 'token/wrong-network'
  | 'file/unknown'
  | 'request/precondition-failed'
  | 'range/unsatisfiable'
  | 'oca/overloaded'
  | 'oca/fault'
  | 'oca/disk'
  | 'auth/invalid'
  | 'request/malformed-json'
  | 'request/invalid';
/**
 * What QA may switch on at an OCA.
 */
export type Fault =
  | {
      kind: 'latency';
      delayMs: number;
      /**
       * Only clients whose address starts so.
       */
      clientPrefix?: string;
      fileId?: FileId;
    }
  | {
      kind: 'rate';
      rateBps: number;
      /**
       * Only clients whose address starts so.
       */
      clientPrefix?: string;
      fileId?: FileId;
    }
  | {
      kind: 'stall';
      afterBytes: number;
      /**
       * Only clients whose address starts so.
       */
      clientPrefix?: string;
      fileId?: FileId;
    }
  | {
      kind: 'reset';
      afterBytes: number;
      /**
       * Only clients whose address starts so.
       */
      clientPrefix?: string;
      fileId?: FileId;
    }
  | {
      kind: 'status';
      status: number;
      retryAfterS?: number;
      /**
       * Only clients whose address starts so.
       */
      clientPrefix?: string;
      fileId?: FileId;
    }
  | {
      kind: 'corrupt';
      everyBytes: number;
      /**
       * Only clients whose address starts so.
       */
      clientPrefix?: string;
      fileId?: FileId;
    }
  | {
      kind: 'duress';
      /**
       * Only clients whose address starts so.
       */
      clientPrefix?: string;
      fileId?: FileId;
    };
/**
 * One encoded file of a title: a fragmented MP4 with sidx.
 */
export type Rendition = VideoRendition | AudioRendition;
/**
 * How a site reaches viewers, in the order of preference.
 */
export type SiteClass = 'embedded' | 'private-peering' | 'public-peering' | 'full-catalog';
/**
 * What the supervisor knows of a process. `hanging`: stopped on purpose; it accepts and never answers.
 */
export type ProcessState = 'starting' | 'up' | 'hanging' | 'down';
export type HealthVerdict = 'healthy' | 'saturated' | 'draining' | 'failing';
/**
 * What an OCA says of itself, or that it says nothing.
 */
export type OcaCondition = 'healthy' | 'saturated' | 'draining' | 'failing' | 'silent';
/**
 * Play id: 128 bits in hex.
 */
export type PlayId = string;
/**
 * `prefetch` asks ahead of a viewer: it takes no stream, and is shed first under load.
 */
export type PlayIntent = 'play' | 'prefetch';
/**
 * POST /v1/revocations (operators): API tokens of accounts are called back: one, or all of an account that were issued before a moment.
 */
export type RevocationRequest =
  | {
      kind: 'token';
      /**
       * `jti` of the token.
       */
      id: string;
      /**
       * When the token expires by itself; where absent, as late as any token of now can.
       */
      expiresAtMs?: number;
      reason: string;
    }
  | {
      kind: 'account';
      /**
       * `sub` of its tokens.
       */
      id: string;
      /**
       * Tokens issued later stay good; now where absent.
       */
      issuedBeforeMs?: number;
      reason: string;
    };

export interface AudioRendition {
  kind: 'audio';
  /**
   * Unique within the title, as `v720` or `a128`.
   */
  renditionId: string;
  fileId: FileId;
  /**
   * The strong ETag that every OCA sends for this file, with its quotes.
   */
  etag: string;
  sizeBytes: number;
  /**
   * RFC 6381 codec string, as `avc1.64001f`.
   */
  codec: string;
  averageBps: Bps;
  peakBps: Bps;
  index: SegmentIndex;
  audio: AudioTraits;
}
/**
 * Where the segments of one rendition lie in its file and how long they are.
 */
export interface SegmentIndex {
  /**
   * The init segment (ftyp, moov), so that no request is spent on it.
   */
  initBase64: string;
  /**
   * First byte after the init segment.
   */
  initEnd: number;
  /**
   * First byte of the first media segment (after sidx).
   */
  offset0: number;
  /**
   * Bytes of each segment, in order, contiguous.
   *
   * @minItems 1
   */
  sizes: number[];
  /**
   * Duration of each segment in milliseconds.
   *
   * @minItems 1
   */
  durationsMs: number[];
  /**
   * Quality of each segment where measured (SSIM or VMAF).
   */
  quality?: number[];
}
export interface AudioTraits {
  /**
   * BCP 47 language tag; `und` where unknown.
   */
  language: string;
  channels: number;
  sampleRateHz: number;
}
/**
 * The index file of a long film, as the catalog keeps it.
 */
export interface CatalogIndexFile {
  fileId: FileId;
  etag: string;
  sizeBytes: number;
  /**
   * `checksumOf` its bytes: a player sees by it that none was changed on the way.
   */
  checksum: number;
  sha256: Sha256;
}
export interface VideoTraits {
  widthPx: number;
  heightPx: number;
  frameRate: number;
  dynamicRange?: DynamicRange;
}
/**
 * The HLS media playlist of a file, itself a file on the OCAs: a stock player finds media beside it.
 */
export interface HlsPlaylistFile {
  fileId: FileId;
  sha256: Sha256;
  sizeBytes: number;
}
/**
 * What can be read with a title, as the catalog keeps it.
 */
export interface CatalogSubtitles {
  /**
   * Unique within the title, as `de-captions`.
   */
  trackId: string;
  /**
   * BCP 47 language tag.
   */
  language: string;
  /**
   * `captions` also name sounds; `forced` only translate.
   */
  kind: 'subtitles' | 'captions' | 'forced';
  fileId: FileId;
  etag: string;
  sizeBytes: number;
  sha256: Sha256;
  playlist?: HlsPlaylistFile;
}
/**
 * What ingest writes and the catalog keeps about one title.
 */
export interface CatalogTitle {
  titleId: TitleId;
  name: string;
  durationMs: number;
  licence: Licence;
  /**
   * For viewers from this age on; for all where absent.
   */
  minAge?: number;
  /**
   * @minItems 1
   */
  renditions: CatalogRendition[];
  /**
   * @maxItems 100
   */
  subtitles?: CatalogSubtitles[];
  indexFile?: CatalogIndexFile;
}
/**
 * Where and when a title may be played.
 */
export interface Licence {
  territories: 'worldwide' | Country[];
  /**
   * Unix time in milliseconds; open where absent.
   */
  startsAtMs?: number;
  /**
   * Unix time in milliseconds; open where absent.
   */
  endsAtMs?: number;
  /**
   * Further territories with times of their own.
   *
   * @maxItems 500
   */
  windows?: LicenceWindow[];
  /**
   * The tallest picture by how well a device keeps keys; any where a level is absent.
   */
  maxHeightPxBySecurity?: {
    L1?: number;
    L2?: number;
    L3?: number;
  };
}
/**
 * Some territories and their time.
 */
export interface LicenceWindow {
  territories: 'worldwide' | Country[];
  /**
   * Unix time in milliseconds; open where absent.
   */
  startsAtMs?: number;
  /**
   * Unix time in milliseconds; open where absent.
   */
  endsAtMs?: number;
}
/**
 * How the control plane sees the client.
 */
export interface ClientNetwork {
  address: string;
  country?: Country;
  asn?: number;
  provider?: string;
}
/**
 * Which country and provider an address prefix belongs to.
 */
export interface ClientNetworkEntry {
  prefix: Prefix;
  country: Country;
  asn: number;
  provider: string;
  latitude: number;
  longitude: number;
}
/**
 * GET /api/demo on the supervisor: what a page needs to play.
 */
export interface DemoSettings {
  regions: {
    regionId: RegionId;
    baseUrl: string;
  }[];
  /**
   * An API token of the demo account.
   */
  accessToken: string;
  /**
   * Addresses a demo client may claim.
   */
  clients: {
    label: string;
    address: string;
  }[];
}
/**
 * What the device can decode and show.
 */
export interface DeviceCapabilities {
  /**
   * Codec families the device decodes, as `avc1`.
   *
   * @minItems 1
   * @maxItems 40
   */
  videoCodecs: string[];
  /**
   * Codec families, as `mp4a`.
   *
   * @maxItems 40
   */
  audioCodecs: string[];
  maxHeightPx?: number;
  maxVideoBps?: number;
  /**
   * What it shows beside `sdr`, which every device shows.
   *
   * @maxItems 10
   */
  dynamicRanges?: DynamicRange[];
  securityLevel?: SecurityLevel;
  /**
   * As the viewer knows it: told to the account where another device finds no free stream.
   */
  name?: string;
}
/**
 * An OCA or a whole site that operators took out of service.
 */
export interface Drain {
  kind: 'oca' | 'site';
  id: OcaId | SiteId;
  reason: string;
  /**
   * Unix time.
   */
  sinceMs: number;
}
/**
 * PUT /v1/ocas/{ocaId}/drain and PUT /v1/sites/{siteId}/drain (operators): new plays avoid it, running ones are moved by their next refresh. DELETE ends it.
 */
export interface DrainRequest {
  reason: string;
}
/**
 * The body of every error answer, from the control plane and from an OCA.
 */
export interface ErrorBody {
  error: {
    code: ApiErrorCode | OcaErrorCode;
    /**
     * What was wrong and what was expected.
     */
    message: string;
    context: {
      [k: string]: string | number | boolean | string[];
    };
    requestId?: string;
  };
}
/**
 * PUT /control/faults on an OCA: replaces the faults that are on. Empty means none; running responses feel the change too.
 */
export interface FaultList {
  faults: Fault[];
}
/**
 * Renditions that the same OCAs hold.
 */
export interface FileSet {
  /**
   * Indices into `servers`, best first. An OCA that lacks these files is absent.
   *
   * @minItems 1
   */
  servers: number[];
  /**
   * @minItems 1
   */
  renditions: Rendition[];
}
export interface VideoRendition {
  kind: 'video';
  /**
   * Unique within the title, as `v720` or `a128`.
   */
  renditionId: string;
  fileId: FileId;
  /**
   * The strong ETag that every OCA sends for this file, with its quotes.
   */
  etag: string;
  sizeBytes: number;
  /**
   * RFC 6381 codec string, as `avc1.64001f`.
   */
  codec: string;
  averageBps: Bps;
  peakBps: Bps;
  index: SegmentIndex;
  video: VideoTraits;
}
export interface FillFile {
  fileId: FileId;
  titleId: TitleId;
  sha256: Sha256;
  sizeBytes: number;
  /**
   * What OCAs call it to players; `video/mp4` where absent.
   */
  contentType?: string;
  /**
   * Best first.
   */
  sources: FillSource[];
}
/**
 * Where a file can be copied from.
 */
export interface FillSource {
  /**
   * Same site; a nearer or larger site; the origin.
   */
  kind: 'peer' | 'tier' | 'origin';
  /**
   * OCA id or region id.
   */
  from: string;
  /**
   * Signed and expiring.
   */
  url: string;
}
/**
 * GET /v1/ocas/{ocaId}/fill-manifest
 */
export interface FillManifest {
  ocaId: OcaId;
  /**
   * What this OCA should hold, most wanted first.
   */
  files: FillFile[];
  refreshInMs: number;
}
/**
 * Something that happened to the fleet.
 */
export interface FleetEvent {
  /**
   * Unix time in milliseconds.
   */
  atMs: number;
  text: string;
  ocaId?: OcaId;
  regionId?: RegionId;
}
/**
 * The fleet file: regions, sites with their OCAs and routes, and the client networks.
 */
export interface FleetFile {
  /**
   * @minItems 1
   */
  regions: {
    regionId: RegionId;
    host: string;
    port: number;
    latitude: number;
    longitude: number;
  }[];
  sites: {
    siteId: SiteId;
    name: string;
    siteClass: SiteClass;
    asn: number;
    latitude: number;
    longitude: number;
    routes: Route[];
    /**
     * @minItems 1
     */
    ocas: {
      ocaId: OcaId;
      host: string;
      port: number;
      capacityBps: Bps;
    }[];
  }[];
  networks: ClientNetworkEntry[];
}
export interface Route {
  prefix: Prefix;
  /**
   * Empty for the ISP that hosts the OCA.
   */
  asPath: number[];
  med: number;
}
/**
 * GET /api/fleet on the supervisor; GET /api/fleet/stream sends one as a server-sent event each half second.
 */
export interface FleetSnapshot {
  atMs: number;
  sites: SiteInfo[];
  regions: RegionView[];
  ocas: OcaView[];
  titles: TitleSummary[];
  /**
   * The latest, oldest first.
   */
  events: FleetEvent[];
}
export interface SiteInfo {
  siteId: SiteId;
  name: string;
  siteClass: SiteClass;
  asn: number;
  latitude: number;
  longitude: number;
}
export interface RegionView {
  regionId: RegionId;
  baseUrl: string;
  process: ProcessState;
}
/**
 * One OCA as the control room shows it.
 */
export interface OcaView {
  ocaId: OcaId;
  siteId: SiteId;
  baseUrl: string;
  process: ProcessState;
  capacityBps: Bps;
  faults: Fault[];
  /**
   * Why operators took it, or its site, out of service.
   */
  drained?: string;
  status?: OcaControlStatus;
  /**
   * Files the catalog has in all.
   */
  filesWanted: number;
}
/**
 * GET /control/status on an OCA.
 */
export interface OcaControlStatus {
  ocaId: OcaId;
  faults: Fault[];
  fileCount: number;
  connections: number;
  trafficBps: number;
  servedBytes: number;
  verdict: string;
  routes?: RoutesStatus;
}
/**
 * Where the routes of an OCA come from, and how that goes.
 */
export interface RoutesStatus {
  source: 'static' | 'file' | 'bgp';
  /**
   * Prefixes that the regions are told of.
   */
  announced: number;
  /**
   * Learned, but not announced: how many, by reason.
   */
  refused: {
    [k: string]: number;
  };
  /**
   * With routers.
   */
  sessions: {
    name: string;
    /**
     * held: lost, its last routes count on; settling: back, and not all is told again.
     */
    state: 'up' | 'settling' | 'held' | 'down';
    /**
     * In the daemon's words.
     */
    reason: string;
    routes: number;
    /**
     * Unix time.
     */
    sinceMs: number;
  }[];
  error?: {
    code: string;
    message: string;
  };
}
/**
 * A title in a list.
 */
export interface TitleSummary {
  titleId: TitleId;
  name: string;
  durationMs: number;
  /**
   * True once enough OCAs hold enough copies: only then can it be played.
   */
  live: boolean;
  /**
   * OCAs that hold every file of the title.
   */
  copies: number;
  copiesNeeded: number;
}
/**
 * GET /v1/fleet (operators): what this region knows about the fleet.
 */
export interface FleetStatus {
  region: RegionId;
  sites: SiteInfo[];
  ocas: OcaStatus[];
  drains: Drain[];
  titles: TitleSummary[];
}
export interface OcaStatus {
  ocaId: OcaId;
  siteId: SiteId;
  baseUrl: string;
  verdict: HealthVerdict;
  /**
   * Why this verdict, in a few words.
   */
  reason: string;
  capacityBps: Bps;
  /**
   * What it could send beside, by the worst of its bottlenecks.
   */
  capacityLeftBps?: number;
  loads?: OcaLoads;
  trafficBps: Bps;
  /**
   * Responses being sent now.
   */
  connections: number;
  /**
   * Since the process started.
   */
  servedBytes: number;
  uptimeMs: number;
  reportAgeMs: number;
  /**
   * False when silent for too long, failing or draining: steering does not name it.
   */
  usable: boolean;
  /**
   * Why operators took it, or its site, out of service.
   */
  drained?: string;
  fileCount: number;
  prefixCount: number;
}
/**
 * How much of each resource is in use: 1 is all of it.
 */
export interface OcaLoads {
  traffic: number;
  connections: number;
  disks: number;
  processor: number;
  memory: number;
}
/**
 * PUT /v1/ocas/{ocaId}/health: the verdict of the OCA about itself. Silence means unhealthy.
 */
export interface HealthReport {
  ocaId: OcaId;
  siteId: SiteId;
  baseUrl: string;
  verdict: HealthVerdict;
  /**
   * Why this verdict, in a few words.
   */
  reason: string;
  capacityBps: Bps;
  /**
   * What it could send beside, by the worst of its bottlenecks.
   */
  capacityLeftBps?: number;
  loads?: OcaLoads;
  trafficBps: Bps;
  /**
   * Responses being sent now.
   */
  connections: number;
  /**
   * Since the process started.
   */
  servedBytes: number;
  uptimeMs: number;
}
/**
 * Of a long film the renditions carry only the first segments; the others are listed in this file on the OCAs, a `SegmentIndexFile`.
 */
export interface IndexFile {
  fileId: FileId;
  etag: string;
  sizeBytes: number;
  /**
   * `checksumOf` its bytes: a player sees by it that none was changed on the way.
   */
  checksum: number;
  /**
   * Indices into `servers`, best first.
   *
   * @minItems 1
   */
  servers: number[];
}
/**
 * PUT /v1/ocas/{ocaId}/inventory: the verified files this OCA holds. Replaces all before.
 */
export interface InventoryReport {
  ocaId: OcaId;
  fileIds: FileId[];
}
/**
 * What can be heard and read, in the order of the preferences.
 */
export interface Languages {
  /**
   * Languages of the sound in this play, the preferred first.
   */
  audio: string[];
  /**
   * Absent where no language was asked for or none is there.
   */
  preferredAudio?: string;
  /**
   * The preferred language first.
   */
  subtitles: Subtitles[];
  /**
   * `trackId`; absent where none was asked for or is there.
   */
  preferredSubtitles?: string;
}
/**
 * What can be read with a play, and where the file is.
 */
export interface Subtitles {
  /**
   * Unique within the title, as `de-captions`.
   */
  trackId: string;
  /**
   * BCP 47 language tag.
   */
  language: string;
  /**
   * `captions` also name sounds; `forced` only translate.
   */
  kind: 'subtitles' | 'captions' | 'forced';
  fileId: FileId;
  etag: string;
  sizeBytes: number;
  /**
   * Indices into `servers`, best first.
   */
  servers: number[];
}
/**
 * An OCA as steering saw it at the moment of a decision.
 */
export interface LookedAtOca {
  ocaId: OcaId;
  condition: OcaCondition;
  /**
   * Why this condition, in the words of the OCA.
   */
  reason: string;
  capacityBps: Bps;
  loadBps: Bps;
  /**
   * Indices of the files of the play that it does not hold.
   */
  lacks: number[];
}
/**
 * OCAs of one site that are equally near to the client.
 */
export interface LookedAtSite {
  siteId: SiteId;
  siteClass: SiteClass;
  /**
   * Of the longest prefix it announces that holds the client.
   */
  prefixLength: number;
  asPathLength: number;
  med: number;
  distanceKm: number;
  /**
   * In the order that the play gives the OCAs of this site.
   */
  ocas: LookedAtOca[];
}
/**
 * The play for a stock player. Its permission is in the path: no header is needed.
 */
export interface ManifestUrls {
  /**
   * The multivariant playlist, for any HLS player.
   */
  hls: string;
  /**
   * The MPD, for any DASH player.
   */
  dash: string;
  /**
   * How long they can be asked for. Each answer has a fresh media token.
   */
  expiresInMs: number;
}
/**
 * GET /v1/ocas/{ocaId} (viewers): everything this region knows of one OCA.
 */
export interface OcaDetail {
  ocaId: OcaId;
  siteId: SiteId;
  baseUrl: string;
  verdict: HealthVerdict;
  /**
   * Why this verdict, in a few words.
   */
  reason: string;
  capacityBps: Bps;
  /**
   * What it could send beside, by the worst of its bottlenecks.
   */
  capacityLeftBps?: number;
  loads?: OcaLoads;
  trafficBps: Bps;
  /**
   * Responses being sent now.
   */
  connections: number;
  /**
   * Since the process started.
   */
  servedBytes: number;
  uptimeMs: number;
  reportAgeMs: number;
  /**
   * False when silent for too long, failing or draining: steering does not name it.
   */
  usable: boolean;
  /**
   * Why operators took it, or its site, out of service.
   */
  drained?: string;
  fileCount: number;
  prefixCount: number;
  /**
   * Why steering names it or not: verdict and reason, silence, or the drain.
   */
  usableReason: string;
  /**
   * Whether its routes and files are known here, if only from the store.
   */
  heardAll: boolean;
  /**
   * What it announces, the first thousand; `prefixCount` says how many there are.
   *
   * @maxItems 1000
   */
  routes: {
    prefix: Prefix;
    asPathLength: number;
    med: number;
  }[];
  /**
   * What it holds, the first ten thousand; `fileCount` says how many.
   *
   * @maxItems 10000
   */
  fileIds: FileId[];
  /**
   * Of which it holds every file.
   */
  titles: TitleId[];
}
export interface PathwayClone {
  'BASE-ID': string;
  ID: string;
  'URI-REPLACEMENT': {
    HOST?: string;
    'PER-VARIANT-URIS'?: {
      [k: string]: string;
    };
    'PER-RENDITION-URIS'?: {
      [k: string]: string;
    };
  };
}
/**
 * What a stock player measured of an OCA.
 */
export interface PathwayReport {
  ocaId: OcaId;
  throughputBps: Bps;
}
/**
 * POST /v1/plays/{playId}/renew: a fresh token and ranking for a running play.
 */
export interface PlayRenewal {
  playId: PlayId;
  /**
   * Signed and expiring; the first path segment of every media URL.
   */
  token: string;
  /**
   * Lifetime of the token from the moment of the answer.
   */
  expiresInMs: number;
  /**
   * @minItems 1
   * @maxItems 10
   */
  servers: Server[];
  /**
   * When a running play asks for a fresh ranking: servers come, go and fill up.
   */
  refreshInMs?: number;
  /**
   * File id to indices into `servers`, best first.
   */
  fileServers: {
    [k: string]: number[];
  };
}
/**
 * An OCA that may serve this play.
 */
export interface Server {
  ocaId: OcaId;
  siteId: SiteId;
  siteClass: SiteClass;
  /**
   * Media URL: `{baseUrl}/{token}/{fileId}`.
   */
  baseUrl: string;
  /**
   * 0 is best.
   */
  rank: number;
}
/**
 * What a region heard of one play.
 */
export interface PlayReport {
  playId: PlayId;
  titleId: TitleId;
  /**
   * CMCD's `sta` as last heard.
   */
  state?: string;
  /**
   * Unix time in milliseconds.
   */
  heardAtMs: number;
  eventCount: number;
  errorCodes: string[];
  qoe?: QoeSummary;
}
/**
 * Quality of experience of one play so far.
 */
export interface QoeSummary {
  /**
   * `abandoned`: given up before the first picture.
   */
  outcome: 'running' | 'ended' | 'stopped' | 'failed' | 'abandoned';
  /**
   * From the load to now, or to the end: the sum of all the durations below but startupMs.
   */
  elapsedMs: number;
  /**
   * Waiting for the first picture, while it was wanted.
   */
  startingMs: number;
  playingMs: number;
  /**
   * By wish, before the start, and after the end.
   */
  pausedMs: number;
  seekingMs: number;
  /**
   * The picture stood though it should move; a running stall included.
   */
  rebufferMs: number;
  /**
   * startingMs once there was a picture.
   */
  startupMs?: number;
  rebufferCount: number;
  longestRebufferMs: number;
  /**
   * rebufferMs of rebufferMs and playingMs.
   */
  rebufferRatio: number;
  /**
   * Of the video shown, by the time it played.
   */
  averageBps?: number;
  averageHeightPx?: number;
  switchUpCount: number;
  switchDownCount: number;
  /**
   * Sum of the differences, up and down.
   */
  switchedBps: number;
  /**
   * Scrubbing counts once.
   */
  seekCount: number;
  errorCount: number;
  /**
   * The first ones, each once.
   *
   * @maxItems 8
   */
  errorCodes: string[];
  /**
   * Changes of the preferred server, by reason.
   */
  moves: {
    [k: string]: number;
  };
  /**
   * Ranges that went on at another server, by reason.
   */
  handOvers: {
    [k: string]: number;
  };
  deliveredBytes: number;
  /**
   * Of finished answers.
   */
  bytesByServer: {
    [k: string]: number;
  };
  wastedBytes: {
    lost: number;
    raced: number;
    replaced: number;
    probe: number;
  };
  droppedFrames?: number;
}
/**
 * POST /v1/plays
 */
export interface PlayRequest {
  titleId: TitleId;
  device: DeviceCapabilities;
  /**
   * The same key gives the same play, also in another region: a retry never starts a second one.
   */
  idempotencyKey: string;
  /**
   * Of the player that asks, random: it plays one title at a time, so a new play takes the stream of its last.
   */
  playerId?: string;
  intent?: PlayIntent;
  preferences?: Preferences;
  /**
   * Whether `manifests` shall be in the answer.
   */
  manifests?: boolean;
}
/**
 * What the viewer would rather hear and read.
 */
export interface Preferences {
  /**
   * BCP 47 tags, the dearest first.
   *
   * @maxItems 20
   */
  audioLanguages?: string[];
  /**
   * Absent: no subtitles are wanted.
   *
   * @maxItems 20
   */
  subtitleLanguages?: string[];
}
/**
 * Everything a player needs: no playlist round trip follows.
 */
export interface PlayResponse {
  playId: PlayId;
  titleId: TitleId;
  titleName: string;
  durationMs: number;
  region: RegionId;
  client: ClientNetwork;
  /**
   * Signed and expiring; the first path segment of every media URL.
   */
  token: string;
  /**
   * Lifetime of the token from the moment of the answer.
   */
  expiresInMs: number;
  /**
   * @minItems 1
   * @maxItems 10
   */
  servers: Server[];
  /**
   * When a running play asks for a fresh ranking: servers come, go and fill up.
   */
  refreshInMs?: number;
  /**
   * @minItems 1
   */
  fileSets: FileSet[];
  indexFile?: IndexFile;
  languages?: Languages;
  telemetry?: TelemetryTarget;
  manifests?: ManifestUrls;
}
/**
 * Where a player sends CMCD events: lines of `application/cmcd`, sent as text/plain so that no preflight comes first.
 */
export interface TelemetryTarget {
  /**
   * Where reports go: a path that every region answers, or an absolute URL. Needs no header.
   */
  url: string;
  /**
   * Time between two reports of a play to which nothing happens.
   */
  intervalMs: number;
}
/**
 * GET /v1/health
 */
export interface RegionHealth {
  regionId: RegionId;
  /**
   * Takes new plays; 503 where it does not.
   */
  ready: boolean;
  /**
   * Absent while the store answers.
   */
  degraded?: {
    /**
     * What works and what does not.
     */
    reason: string;
    storeSilentMs?: number;
    /**
     * How much longer new plays begin from the last snapshot.
     */
    newPlaysForMs?: number;
    /**
     * The region started while the store was silent: what it knows is the snapshot of an earlier process.
     */
    fromDisk?: boolean;
  };
}
/**
 * GET /v1/live: the process answers, whatever it can do.
 */
export interface RegionLife {
  regionId: RegionId;
  /**
   * Since the process began to answer.
   */
  upForMs: number;
}
export interface ReplayLoad {
  capacityBps: Bps;
  baseBps: Bps;
  beforeBps: Bps;
  afterBps: Bps;
  /**
   * `baseBps + afterBps` is above the capacity, and more than before.
   */
  overloaded: boolean;
}
/**
 * What the logged decisions would have been with the changes.
 */
export interface ReplayReport {
  decisions: number;
  /**
   * Different plays; each counts once, by its newest decision.
   */
  plays: number;
  /**
   * Decisions that came out exactly as logged without changes.
   */
  reproduced: number;
  /**
   * Plays whose first server changed.
   */
  moved: number;
  /**
   * Plays left without a server for some file that was served before.
   */
  lost: number;
  sites: {
    capacityBps: Bps;
    baseBps: Bps;
    beforeBps: Bps;
    afterBps: Bps;
    /**
     * `baseBps + afterBps` is above the capacity, and more than before.
     */
    overloaded: boolean;
    siteId: SiteId;
  }[];
  ocas: {
    capacityBps: Bps;
    baseBps: Bps;
    beforeBps: Bps;
    afterBps: Bps;
    /**
     * `baseBps + afterBps` is above the capacity, and more than before.
     */
    overloaded: boolean;
    ocaId: OcaId;
    siteId: SiteId;
  }[];
}
/**
 * POST /v1/steering/replay (operators)
 */
export interface ReplayRequest {
  /**
   * Sites that are taken away; none checks that the log replays.
   */
  withoutSites: SiteId[];
  /**
   * Unix time of the first decision.
   */
  sinceMs: number;
  /**
   * The newest so many decisions.
   */
  limit: number;
}
/**
 * Answer to a report that asks for more, with 200; 204 and no body where the report is enough.
 */
export interface ReportAnswer {
  /**
   * The region has just started and knows neither the routes nor the files of the OCA.
   */
  tellAll: boolean;
}
/**
 * API tokens that were called back.
 */
export interface Revocation {
  kind: 'token' | 'account';
  /**
   * Of a token its `jti`, of an account its id.
   */
  id: string;
  /**
   * Of an account: its tokens issued before are called back.
   */
  issuedBeforeMs?: number;
  /**
   * Unix time in milliseconds.
   */
  madeAtMs: number;
  /**
   * From then on no token is left that it could be of: it is dropped.
   */
  expiresAtMs: number;
  reason: string;
}
/**
 * GET /v1/revocations (viewers): what this region knows to be called back.
 */
export interface RevocationList {
  /**
   * How many there are.
   */
  count: number;
  /**
   * The newest thousand, the newest first.
   */
  revocations: Revocation[];
}
/**
 * PUT /v1/sites/{siteId}/routes (operators): prefixes of a site from a dump of its router, beside what its OCAs report. The last part replaces the import before.
 */
export interface RoutesImport {
  /**
   * The same for all parts of one import.
   */
  importId: string;
  part: number;
  parts: number;
  routes: Route[];
}
/**
 * PUT /v1/ocas/{ocaId}/routes: the prefixes this OCA may serve, as learned from the ISP. Replaces all before.
 */
export interface RoutesReport {
  ocaId: OcaId;
  routes: Route[];
}
/**
 * The file that `indexFile` names: where the segments of a long film lie beyond those of the play response.
 */
export interface SegmentIndexFile {
  version: 1;
  /**
   * Lists of durations, in milliseconds: renditions cut at the same borders share one.
   *
   * @maxItems 1000
   */
  durationsMs: number[][];
  /**
   * @minItems 1
   */
  renditions: {
    /**
     * Unique within the title, as `v720` or `a128`.
     */
    renditionId: string;
    /**
     * The first segment listed here; those before it are inline.
     */
    from: number;
    /**
     * Which list of `durationsMs` is theirs.
     */
    durations: number;
    /**
     * Bytes of each segment, in order, contiguous.
     *
     * @maxItems 100000
     */
    sizes: number[];
    /**
     * @maxItems 100000
     */
    quality?: number[];
  }[];
}
/**
 * What steering made of its inputs.
 */
export interface SteeringChoice {
  /**
   * At most ten, best first.
   */
  servers: {
    ocaId: OcaId;
    siteId: SiteId;
    siteRank: number;
  }[];
  fileSets: {
    servers: number[];
    fileIds: FileId[];
  }[];
  /**
   * Files that no usable OCA holds.
   */
  unserved: FileId[];
  /**
   * OCAs that the network order would name, and why they were not.
   */
  drops: SteeringDrop[];
}
export interface SteeringDrop {
  ocaId: OcaId;
  label: DropLabel;
}
/**
 * One line of the decision log: the choice follows from the inputs alone.
 */
export interface SteeringDecision {
  inputs: SteeringInputs;
  choice: SteeringChoice;
}
/**
 * Everything a steering decision depends on.
 */
export interface SteeringInputs {
  playId: PlayId;
  titleId: TitleId;
  region: RegionId;
  /**
   * A play request, its renewal; an HLS or DASH manifest, or content steering, asked for by any player.
   */
  occasion: 'start' | 'renewal' | 'manifest' | 'steering';
  /**
   * Unix time.
   */
  atMs: number;
  clientPrefix: Prefix;
  tableVersion: number;
  playBps: Bps;
  fileIds: FileId[];
  /**
   * Nearest first; as many as the decision, or one without any one of them, needs.
   */
  sites: LookedAtSite[];
  /**
   * What the player told by content steering.
   */
  reports?: PathwayReport[];
}
/**
 * A decision and why it came about, for people.
 */
export interface SteeringExplanation {
  decision: SteeringDecision;
  text: string;
}
/**
 * GET /v1/steering/decisions/{playId} (operators): every logged decision of a play, the oldest first.
 */
export interface SteeringExplanations {
  decisions: SteeringExplanation[];
}
/**
 * GET /v1/manifests/{token}/steering: HLS and DASH content steering (RFC 8216bis, ETSI TS 103 998).
 */
export interface SteeringManifest {
  VERSION: 1;
  /**
   * Seconds until the player asks again.
   */
  TTL: number;
  'RELOAD-URI': string;
  /**
   * @minItems 1
   */
  'PATHWAY-PRIORITY': string[];
  'PATHWAY-CLONES'?: PathwayClone[];
}
/**
 * GET /v1/telemetry (operators): what the players of this region reported since it started.
 */
export interface TelemetryReport {
  region: RegionId;
  titles: TitleViews[];
  /**
   * The latest, newest first.
   */
  plays: PlayReport[];
}
/**
 * What a region heard of the plays of one title.
 */
export interface TitleViews {
  titleId: TitleId;
  /**
   * Plays that came to a picture.
   */
  views: number;
  playingMs: number;
  rebufferMs: number;
  errorCount: number;
}
export interface TitleList {
  titles: TitleSummary[];
}
/**
 * POST /v1/plays, its renewal and its end, from a page: beside the fields of the request, in a body of `text/plain`, in place of the header `Authorization`. A browser sends that without asking for permission first.
 */
export interface TokenInBody {
  accessToken?: string;
}
