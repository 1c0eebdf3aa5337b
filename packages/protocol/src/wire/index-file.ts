import type { Rendition, SegmentIndex, SegmentIndexFile } from '../messages.ts';

/** So much of a long film has its segments in the play response. */
export const INLINE_INDEX_MS = 120_000;

type Indexed = Pick<Rendition, 'renditionId' | 'index'>;

export interface CutIndexes<R extends Indexed> {
  /** With the segments that begin within the first `INLINE_INDEX_MS`. */
  readonly renditions: readonly R[];
  /** With all the others. */
  readonly file: SegmentIndexFile;
}

/** Cuts the segment indexes of a title in two. `wholeIndex` puts them together again. */
export function cutIndexes<R extends Indexed>(renditions: readonly R[]): CutIndexes<R> {
  const lists = new Map<string, { readonly number: number; readonly durationsMs: number[] }>();
  const listOf = (durationsMs: number[]): number => {
    const key = durationsMs.join();
    const list = lists.get(key) ?? { number: lists.size, durationsMs };
    lists.set(key, list);
    return list.number;
  };
  const rests = renditions.map(({ renditionId, index: { sizes, durationsMs, quality } }) => {
    const from = inlineCount(durationsMs);
    return {
      renditionId,
      from,
      durations: listOf(durationsMs.slice(from)),
      sizes: sizes.slice(from),
      ...(quality && { quality: quality.slice(from) }),
    };
  });
  return {
    renditions: renditions.map((rendition, at) => ({
      ...rendition,
      index: firstOf(rendition.index, rests[at]?.from ?? 0),
    })),
    file: { version: 1, durationsMs: [...lists.values()].map(({ durationsMs }) => durationsMs), renditions: rests },
  };
}

/** The index of a rendition, of its inline part and what the file lists; undefined where they do not belong together. */
export function wholeIndex({ renditionId, index }: Indexed, file: SegmentIndexFile): SegmentIndex | undefined {
  const rest = file.renditions.find((listed) => listed.renditionId === renditionId);
  const durationsMs = rest && file.durationsMs[rest.durations];
  if (!durationsMs || rest.from !== index.sizes.length) return undefined;
  return {
    ...index,
    sizes: [...index.sizes, ...rest.sizes],
    durationsMs: [...index.durationsMs, ...durationsMs],
    ...(index.quality && rest.quality && { quality: [...index.quality, ...rest.quality] }),
  };
}

function inlineCount(durationsMs: readonly number[]): number {
  let startMs = 0;
  let count = 0;
  for (const durationMs of durationsMs) {
    if (startMs >= INLINE_INDEX_MS) break;
    startMs += durationMs;
    count++;
  }
  return count;
}

const firstOf = ({ quality, ...index }: SegmentIndex, count: number): SegmentIndex => ({
  ...index,
  sizes: index.sizes.slice(0, count),
  durationsMs: index.durationsMs.slice(0, count),
  ...(quality && { quality: quality.slice(0, count) }),
});
