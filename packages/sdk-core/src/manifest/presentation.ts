import type { Track } from '@pressplay/protocol/manifests';

/** What an engine plays: times and byte ranges, host-neutral. Made from a play response. */
export interface Presentation {
  readonly titleId: string;
  readonly titleName: string;
  readonly durationMs: number;
  /** By average bitrate, lowest first. At least one; all with the same segment borders. */
  readonly video: readonly RenditionView[];
  /** Empty where the title is silent. */
  readonly audio: readonly RenditionView[];
  /**
   * Of a long film only the first segments are known at first. Present until the others are there, and resolves then: the
   * lists of segments have grown, in place. Rejects where they do not come: then the play fails, nobody else need care.
   */
  rest?: Promise<void> | undefined;
}

/** What a manifest says of a rendition, and where its bytes are. */
export interface RenditionView extends Track {
  readonly kind: 'video' | 'audio';
  readonly fileId: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly initBytes: Uint8Array;
  readonly segments: readonly SegmentView[];
}

export interface SegmentView {
  readonly startMs: number;
  readonly durationMs: number;
  readonly startByte: number;
  /** Exclusive. */
  readonly endByte: number;
  /** SSIM or VMAF, where the index carries it for every segment. */
  readonly quality?: number;
}
