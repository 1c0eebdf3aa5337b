import type { DeviceCapabilities } from '@pressplay/protocol/messages';
import type { AbrFunction } from './abr/abr-context.ts';

export interface RegionEndpoint {
  readonly regionId: string;
  /** As `https://us-east-1.example.com`, without a slash at the end. */
  readonly baseUrl: string;
}

export interface PlayerOptions {
  /** Nearest first. A region that fails is left for the next one. */
  readonly regions: readonly RegionEndpoint[];
  /** The account's API token, or a function that fetches one. */
  readonly accessToken: string | (() => Promise<string>);
  readonly device: DeviceCapabilities;
  /** Sent as `Pressplay-Client-Address`; believed only by a backend that trusts it (demos and tests). */
  readonly clientAddress?: string;
  /** Buffer goal ahead of the playhead. */
  readonly bufferGoalMs?: number;
  /**
   * How renditions are chosen: a rule of `@pressplay/sdk-core/abr` or the app's own; `lookAhead()` where absent. It sees
   * only what the limits permit.
   */
  readonly abr?: AbrFunction;
  /** Upper bounds for ABR. */
  readonly maxVideoBps?: number;
  readonly maxHeightPx?: number;
  /** Nothing better than the picture has pixels on screen; true where absent. */
  readonly capToViewport?: boolean;
  /** Whether to save data; as the platform says where absent. */
  readonly dataSaver?: boolean;
}
