import type { RenditionView } from '@pressplay/sdk-core';
import type Hls from 'hls.js';
import { ChunkMetadata, Events, type Fragment, type LevelDetails } from 'hls.js';

type Parent = 'main' | 'audio';

/**
 * Makes the source buffers and gives the decoders their init segments while the first media are still on their way.
 * hls.js does so when it has parsed the first segment of each kind, and the viewer waits for decoders that could have
 * been ready long before: init segments come with the play response. It says the same to hls.js's buffer controller as
 * hls.js's stream controllers say a little later; a second init segment of the same rendition changes nothing.
 */
export class EarlyInit {
  readonly #hls: Hls;
  readonly #renditionOf: (frag: Fragment) => RenditionView | undefined;
  readonly #given = new Set<Parent>();

  constructor(hls: Hls, renditionOf: (frag: Fragment) => RenditionView | undefined) {
    this.#hls = hls;
    this.#renditionOf = renditionOf;
    hls.on(Events.LEVEL_LOADED, (_name, { details }) => this.#give('main', details));
    hls.on(Events.AUDIO_TRACK_LOADED, (_name, { details }) => this.#give('audio', details));
  }

  /** Once of each kind: what comes later is hls.js's. */
  #give(parent: Parent, details: LevelDetails): void {
    const frag = details.fragments[0]?.initSegment;
    const rendition = frag && this.#renditionOf(frag);
    if (!rendition || this.#given.has(parent)) return;
    this.#given.add(parent);
    const { kind, codec, initBytes } = rendition;
    const data = initBytes.slice();
    this.#hls.trigger(Events.BUFFER_CODECS, { [kind]: { id: parent, container: `${kind}/mp4`, codec } });
    this.#hls.trigger(Events.BUFFER_APPENDING, {
      ...{ type: kind, frag, part: null, parent: frag.type, data },
      chunkMeta: new ChunkMetadata(frag.level, -1, 0, data.length),
    });
  }
}
