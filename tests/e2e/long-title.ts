import { createHash } from 'node:crypto';
import path from 'node:path';
import { openFolderOrigin } from '@pressplay/mock-backend/node';
import type { CatalogTitle } from '@pressplay/protocol/messages';
import { etagOf } from '@pressplay/protocol/wire';

type Rendition = CatalogTitle['renditions'][number];

/**
 * A film of many hours' kind in few bytes: the sample's smallest picture and its sound, again and again, each time later in
 * the film. Its files are put into the origin.
 */
export async function makeLongTitle(dataDir: string, titleId: string, repeats: number): Promise<CatalogTitle> {
  const origin = openFolderOrigin(path.join(dataDir, 'origin'));
  const [sample] = await origin.listTitles();
  if (!sample) throw new Error('The origin has no sample.');
  const videos = sample.renditions.filter(({ kind }) => kind === 'video');
  const smallest = videos.reduce((least, next) => (next.sizeBytes < least.sizeBytes ? next : least));
  const sound = sample.renditions.filter(({ kind }) => kind === 'audio');
  const renditions: Rendition[] = [];
  for (const rendition of [smallest, ...sound]) {
    const file = await origin.read(rendition.fileId);
    if (!file) throw new Error(`The origin lacks ${rendition.fileId}.`);
    const bytes = Buffer.from(await new Response(file.stream).arrayBuffer());
    const long = repeated(bytes, rendition, repeats);
    const sha256 = createHash('sha256').update(long).digest('hex');
    const fileId = sha256.slice(0, 32);
    if (!(await origin.has(fileId))) await origin.put(once(long), fileId);
    const { playlist: _, index, ...traits } = rendition;
    const again = <T>(values: readonly T[]): T[] => Array.from({ length: repeats }, () => values).flat();
    renditions.push({
      ...traits,
      ...{ fileId, sha256, sizeBytes: long.length, etag: etagOf(fileId, long.length) },
      index: { ...index, sizes: again(index.sizes), durationsMs: again(index.durationsMs) },
    } as Rendition);
  }
  const { subtitles: _, ...title } = sample;
  return { ...title, titleId, name: 'Long film', durationMs: sample.durationMs * repeats, renditions };
}

function repeated(file: Buffer, { index }: Rendition, repeats: number): Buffer {
  const head = file.subarray(0, index.offset0);
  const media = file.subarray(index.offset0, index.offset0 + index.sizes.reduce((sum, size) => sum + size, 0));
  const lengthMs = index.durationsMs.reduce((sum, ms) => sum + ms, 0);
  const lengthTicks = Math.round((lengthMs * timescaleOf(head)) / 1000);
  const parts = Array.from({ length: repeats }, (_, number) => later(Buffer.from(media), number * lengthTicks));
  return Buffer.concat([head, ...parts]);
}

/** `mdhd` (ISO/IEC 14496-12, 8.4.2), version 0 or 1. */
function timescaleOf(head: Buffer): number {
  const at = head.indexOf('mdhd') + 4;
  return head.readUInt32BE(at + (head[at] === 1 ? 20 : 12));
}

/** Adds to the time in each fragment's `tfdt` (8.8.12). */
function later(media: Buffer, ticks: number): Buffer {
  for (let at = 0; at < media.length; at += media.readUInt32BE(at)) {
    if (media.toString('latin1', at + 4, at + 8) !== 'moof') continue;
    const time = media.indexOf('tfdt', at) + 8;
    if (media[time - 4] === 1) media.writeBigUInt64BE(media.readBigUInt64BE(time) + BigInt(ticks), time);
    else media.writeUInt32BE(media.readUInt32BE(time) + ticks, time);
  }
  return media;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
