export * from '@pressplay/sdk-core';
export * from '@pressplay/sdk-core/abr';
export { type CmcdOptions, cmcdTelemetry, type LastWord } from '@pressplay/sdk-core/cmcd';
export { HeadlessEngine } from '@pressplay/sdk-core/headless';
export * from '@pressplay/sdk-core/playlists';
export { createPlayer, EVERY_CODEC, type NodePlayerOptions } from './create-player.ts';
export { nodeClock } from './node-clock.ts';
export { type NodeHttpClientOptions, nodeHttpClient } from './node-http-client.ts';
export { nodeRandom } from './node-random.ts';
