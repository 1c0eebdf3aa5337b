import {
  type Loader,
  type LoaderCallbacks,
  type LoaderConfiguration,
  LoadStats,
  type PlaylistLoaderContext,
} from 'hls.js';

/** The text of the playlist at a pseudo URL, or undefined where there is none. Rejects where it never will be: then nobody waits. */
export type PlaylistSource = (url: string) => string | undefined | Promise<string | undefined>;

/** Answers hls.js's playlist requests from memory: no playlist is ever asked for on the network. */
export class MemoryPlaylistLoader implements Loader<PlaylistLoaderContext> {
  context: PlaylistLoaderContext | null = null;
  readonly stats: LoadStats = new LoadStats();
  readonly #textOf: PlaylistSource;
  #callbacks: LoaderCallbacks<PlaylistLoaderContext> | undefined;

  constructor(textOf: PlaylistSource) {
    this.#textOf = textOf;
  }

  load(
    context: PlaylistLoaderContext,
    _config: LoaderConfiguration,
    callbacks: LoaderCallbacks<PlaylistLoaderContext>,
  ): void {
    this.context = context;
    this.#callbacks = callbacks;
    this.stats.loading.start = performance.now();
    // A turn later, as from a network: hls.js files the loader under its request only after `load` returned, and the first
    // media requests leave before playlists are read.
    setTimeout(() => {
      this.#answer(context).catch(() => undefined);
    }, 0);
  }

  async #answer(context: PlaylistLoaderContext): Promise<void> {
    if (!this.#callbacks) return;
    const text = await this.#textOf(context.url);
    const callbacks = this.#callbacks;
    if (!callbacks) return;
    if (text === undefined) {
      callbacks.onError({ code: 404, text: `no playlist at ${context.url}` }, context, null, this.stats);
      return;
    }
    const nowMs = performance.now();
    Object.assign(this.stats, { loaded: text.length, total: text.length, chunkCount: 1 });
    Object.assign(this.stats.loading, { first: nowMs, end: nowMs });
    callbacks.onSuccess({ url: context.url, data: text, code: 200 }, this.stats, context, null);
  }

  abort(): void {
    const callbacks = this.#callbacks;
    this.#callbacks = undefined;
    if (!callbacks || !this.context) return;
    this.stats.aborted = true;
    callbacks.onAbort?.(this.stats, this.context, null);
  }

  destroy(): void {
    this.#callbacks = undefined;
    this.context = null;
  }
}
