export type { DeviceCapabilities, QoeSummary, Server, TelemetryTarget } from '@pressplay/protocol/messages';
export type {
  AbrContext,
  AbrFunction,
  AbrLimits,
  AbrRule,
  RenditionChoice,
  RenditionReason,
} from './abr/abr-context.ts';
export type { Limit, LimitReason } from './abr/limits.ts';
export type { ByteAccounts, DeliveryOutcome, LedgerEntry } from './delivery/ledger.ts';
export {
  isPlayApiErrorCode,
  isPlayerError,
  PlayerError,
  type PlayerErrorCode,
  type PlayerErrorContext,
} from './errors/player-error.ts';
export type { SdkErrorCode } from './errors/sdk-error-codes.ts';
export type { Presentation, RenditionView, SegmentView } from './manifest/presentation.ts';
export { presentationOf } from './manifest/presentation-of.ts';
export { type LoadOptions, Player } from './player.ts';
export type { MoveReason, PlayerEvents, PlayerLedger, PlayerState, PlayerStats, ServerStats } from './player-events.ts';
export type { PlayerOptions, RegionEndpoint } from './player-options.ts';
export { CancelController, type CancelSignal } from './ports/cancel-signal.ts';
export type { Clock } from './ports/clock.ts';
export {
  type ByteReader,
  type HttpClient,
  HttpFailure,
  type HttpRequest,
  type HttpResponse,
} from './ports/http-client.ts';
export type { Logger } from './ports/logger.ts';
export type {
  BufferedSegment,
  DownloadProgress,
  EngineAbilities,
  EngineEvent,
  EngineHost,
  EngineSnapshot,
  MediaEngine,
  RangeRequest,
  ReplacementChoice,
  ReplacementRequest,
  SegmentChoice,
  SelectVideoRequest,
} from './ports/media-engine.ts';
export type { NetworkFacts, NetworkInfo } from './ports/network-info.ts';
export type { NetworkMemory, OpenNetworkMemory } from './ports/network-memory.ts';
export type { PlayerPorts } from './ports/player-ports.ts';
export type { Random } from './ports/random.ts';
export type { Storage } from './ports/storage.ts';
export type { PlayObserver, Telemetry, WatchedPlay } from './ports/telemetry.ts';
