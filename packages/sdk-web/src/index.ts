export type {
  ByteAccounts,
  DeliveryOutcome,
  DeviceCapabilities,
  LedgerEntry,
  LoadOptions,
  MoveReason,
  PlayerErrorCode,
  PlayerErrorContext,
  PlayerEvents,
  PlayerLedger,
  PlayerOptions,
  PlayerState,
  PlayerStats,
  Presentation,
  QoeSummary,
  RegionEndpoint,
  RenditionView,
  SegmentView,
  ServerStats,
  Telemetry,
} from '@pressplay/sdk-core';
export { isPlayerError, Player, PlayerError } from '@pressplay/sdk-core';
export { type CmcdOptions, cmcdTelemetry, type LastWord } from '@pressplay/sdk-core/cmcd';
export { createPlayer, type WebPlayerOptions } from './create-player.ts';
export { HlsEngine, type HlsEngineOptions } from './engine/hls-engine.ts';
export { detectDevice } from './platform/detect-device.ts';
export { domClock } from './platform/dom-clock.ts';
export { fetchHttpClient } from './platform/fetch-http-client.ts';
export { localStore } from './platform/local-storage.ts';
export { pageLastWord } from './platform/page-last-word.ts';
