/** Manifests as text for any player: HLS playlists, DASH MPDs. Pure; a door of its own, so that nobody else loads it. */
export * from './manifests/dash-manifest.ts';
export * from './manifests/hls-playlists.ts';
export * from './manifests/segment-ranges.ts';
export * from './manifests/tracks.ts';
export * from './manifests/video-range.ts';
