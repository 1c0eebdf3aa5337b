export type VideoRange = 'SDR' | 'HLG' | 'PQ';

/** The place of the transfer characteristics (ISO/IEC 23091-2) among the fields of an AV1 or VP9 codec string. */
const TRANSFER_FIELD: Readonly<Record<string, number>> = { av01: 7, vp09: 6 };
const RANGE_OF_TRANSFER: Readonly<Record<string, VideoRange>> = { '16': 'PQ', '18': 'HLG' };

/** What a codec string says of the dynamic range; undefined where it says nothing, as with HEVC. Dolby Vision is PQ. */
export function videoRangeOf(codec: string): VideoRange | undefined {
  const [family = '', ...fields] = codec.split('.');
  if (family === 'avc1' || family === 'avc3') return 'SDR';
  if (family.startsWith('dvh') || family.startsWith('dva')) return 'PQ';
  const place = TRANSFER_FIELD[family];
  return place === undefined ? undefined : (RANGE_OF_TRANSFER[fields[place - 1] ?? ''] ?? 'SDR');
}
