import { z } from 'zod';
import { Bps, Country, FileId, Sha256, TitleId } from './primitives.ts';

export const SegmentIndex = z
  .object({
    initBase64: z.string().describe('The init segment (ftyp, moov), so that no request is spent on it.'),
    initEnd: z.number().int().positive().describe('First byte after the init segment.'),
    offset0: z.number().int().positive().describe('First byte of the first media segment (after sidx).'),
    sizes: z.array(z.number().int().positive()).min(1).describe('Bytes of each segment, in order, contiguous.'),
    durationsMs: z.array(z.number().positive()).min(1).describe('Duration of each segment in milliseconds.'),
    quality: z.array(z.number()).exactOptional().describe('Quality of each segment where measured (SSIM or VMAF).'),
  })
  .describe('Where the segments of one rendition lie in its file and how long they are.');

export const DynamicRange = z.enum(['sdr', 'hdr10', 'hlg', 'dolby-vision']);

export const SecurityLevel = z.enum(['L1', 'L2', 'L3']).describe('How well a device keeps keys; `L1` is hardware.');

export const VideoTraits = z.object({
  widthPx: z.number().int().positive(),
  heightPx: z.number().int().positive(),
  frameRate: z.number().positive(),
  dynamicRange: DynamicRange.exactOptional().describe('`sdr` where absent.'),
});

export const AudioTraits = z.object({
  language: z.string().min(2).describe('BCP 47 language tag; `und` where unknown.'),
  channels: z.number().int().positive(),
  sampleRateHz: z.number().int().positive(),
});

const RenditionId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/)
  .describe('Unique within the title, as `v720` or `a128`.');

const renditionShape = {
  renditionId: RenditionId,
  fileId: FileId,
  etag: z.string().describe('The strong ETag that every OCA sends for this file, with its quotes.'),
  sizeBytes: z.number().int().positive(),
  codec: z.string().min(1).describe('RFC 6381 codec string, as `avc1.64001f`.'),
  averageBps: Bps,
  peakBps: Bps.describe('The largest segment, in bits per second.'),
  index: SegmentIndex,
};

export const VideoRendition = z.object({ kind: z.literal('video'), ...renditionShape, video: VideoTraits });
export const AudioRendition = z.object({ kind: z.literal('audio'), ...renditionShape, audio: AudioTraits });
export const Rendition = z
  .discriminatedUnion('kind', [VideoRendition, AudioRendition])
  .describe('One encoded file of a title: a fragmented MP4 with sidx.');

export const HlsPlaylistFile = z
  .strictObject({ fileId: FileId, sha256: Sha256, sizeBytes: z.number().int().positive() })
  .describe('The HLS media playlist of a file, itself a file on the OCAs: a stock player finds media beside it.');

const catalogFile = { sha256: Sha256, playlist: HlsPlaylistFile.exactOptional() };

export const CatalogRendition = z
  .discriminatedUnion('kind', [VideoRendition.extend(catalogFile), AudioRendition.extend(catalogFile)])
  .describe('A rendition as the catalog keeps it, with the hash that OCAs verify.');

const indexFileShape = {
  fileId: FileId,
  etag: z.string(),
  sizeBytes: z.number().int().positive(),
  checksum: z
    .number()
    .int()
    .nonnegative()
    .max(0xffffffff)
    .describe('`checksumOf` its bytes: a player sees by it that none was changed on the way.'),
};

export const CatalogIndexFile = z
  .strictObject({ ...indexFileShape, sha256: Sha256 })
  .describe('The index file of a long film, as the catalog keeps it.');

export const IndexFile = z
  .object({
    ...indexFileShape,
    servers: z.array(z.number().int().nonnegative()).min(1).describe('Indices into `servers`, best first.'),
  })
  .describe(
    'Of a long film the renditions carry only the first segments; the others are listed in this file on the OCAs, a `SegmentIndexFile`.',
  );

const SegmentSizes = z.array(z.number().int().positive()).max(100_000);

export const SegmentIndexFile = z
  .strictObject({
    version: z.literal(1),
    durationsMs: z
      .array(z.array(z.number().positive()).max(100_000))
      .max(1000)
      .describe('Lists of durations, in milliseconds: renditions cut at the same borders share one.'),
    renditions: z
      .array(
        z.strictObject({
          renditionId: RenditionId,
          from: z.number().int().positive().describe('The first segment listed here; those before it are inline.'),
          durations: z.number().int().nonnegative().describe('Which list of `durationsMs` is theirs.'),
          sizes: SegmentSizes.describe('Bytes of each segment, in order, contiguous.'),
          quality: z.array(z.number()).max(100_000).exactOptional(),
        }),
      )
      .min(1),
  })
  .describe(
    'The file that `indexFile` names: where the segments of a long film lie beyond those of the play response.',
  );

const licenceWindow = {
  territories: z.union([z.literal('worldwide'), z.array(Country)]),
  startsAtMs: z.number().exactOptional().describe('Unix time in milliseconds; open where absent.'),
  endsAtMs: z.number().exactOptional().describe('Unix time in milliseconds; open where absent.'),
};

export const LicenceWindow = z.strictObject(licenceWindow).describe('Some territories and their time.');

const MaxHeightPx = z.number().int().positive();

export const Licence = z
  .strictObject({
    ...licenceWindow,
    windows: z.array(LicenceWindow).max(500).exactOptional().describe('Further territories with times of their own.'),
    maxHeightPxBySecurity: z
      .strictObject({
        L1: MaxHeightPx.exactOptional(),
        L2: MaxHeightPx.exactOptional(),
        L3: MaxHeightPx.exactOptional(),
      })
      .exactOptional()
      .describe('The tallest picture by how well a device keeps keys; any where a level is absent.'),
  })
  .describe('Where and when a title may be played.');

const subtitleShape = {
  trackId: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/)
    .describe('Unique within the title, as `de-captions`.'),
  language: z.string().min(2).max(35).describe('BCP 47 language tag.'),
  kind: z.enum(['subtitles', 'captions', 'forced']).describe('`captions` also name sounds; `forced` only translate.'),
  fileId: FileId.describe('A WebVTT file on the OCAs.'),
  etag: z.string(),
  sizeBytes: z.number().int().positive(),
};

export const CatalogSubtitles = z
  .strictObject({ ...subtitleShape, ...catalogFile })
  .describe('What can be read with a title, as the catalog keeps it.');

export const Subtitles = z
  .object({
    ...subtitleShape,
    servers: z.array(z.number().int().nonnegative()).describe('Indices into `servers`, best first.'),
  })
  .describe('What can be read with a play, and where the file is.');

export const CatalogTitle = z
  .strictObject({
    titleId: TitleId,
    name: z.string().min(1).max(200),
    durationMs: z.number().positive(),
    licence: Licence,
    minAge: z
      .number()
      .int()
      .min(0)
      .max(21)
      .exactOptional()
      .describe('For viewers from this age on; for all where absent.'),
    renditions: z.array(CatalogRendition).min(1),
    subtitles: z.array(CatalogSubtitles).max(100).exactOptional(),
    indexFile: CatalogIndexFile.exactOptional().describe(
      'Where the rest of the indexes is; absent where they are whole.',
    ),
  })
  .describe('What ingest writes and the catalog keeps about one title.');

export const TitleSummary = z
  .object({
    titleId: TitleId,
    name: z.string(),
    durationMs: z.number(),
    live: z.boolean().describe('True once enough OCAs hold enough copies: only then can it be played.'),
    copies: z.number().int().describe('OCAs that hold every file of the title.'),
    copiesNeeded: z.number().int(),
  })
  .describe('A title in a list.');

export const TitleList = z.object({ titles: z.array(TitleSummary) });
