/** A presentation as HLS playlists, for engines that want text. Apart from the core, so that others do not load it. */
export { mediaPlaylist, multivariantPlaylist, playlistName } from './playlists.ts';
