import { z } from 'zod';
import { Country, OcaId, PlayId, RegionId, SiteClass, SiteId, TitleId } from './primitives.ts';
import { TelemetryTarget } from './telemetry.ts';
import { DynamicRange, IndexFile, Rendition, SecurityLevel, Subtitles } from './title.ts';

const CodecFamily = z.string().min(1).max(64);
const LanguageTags = z.array(z.string().min(2).max(35)).max(20);

export const DeviceCapabilities = z
  .strictObject({
    videoCodecs: z.array(CodecFamily).min(1).max(40).describe('Codec families the device decodes, as `avc1`.'),
    audioCodecs: z.array(CodecFamily).max(40).describe('Codec families, as `mp4a`.'),
    maxHeightPx: z.number().int().positive().exactOptional(),
    maxVideoBps: z.number().positive().exactOptional(),
    dynamicRanges: z
      .array(DynamicRange)
      .max(10)
      .exactOptional()
      .describe('What it shows beside `sdr`, which every device shows.'),
    securityLevel: SecurityLevel.exactOptional().describe('How well it keeps keys; `L3`, the weakest, where absent.'),
    name: z
      .string()
      .min(1)
      .max(64)
      .exactOptional()
      .describe('As the viewer knows it: told to the account where another device finds no free stream.'),
  })
  .describe('What the device can decode and show.');

export const PlayIntent = z
  .enum(['play', 'prefetch'])
  .describe('`prefetch` asks ahead of a viewer: it takes no stream, and is shed first under load.');

export const Preferences = z
  .strictObject({
    audioLanguages: LanguageTags.exactOptional().describe('BCP 47 tags, the dearest first.'),
    subtitleLanguages: LanguageTags.exactOptional().describe('Absent: no subtitles are wanted.'),
  })
  .describe('What the viewer would rather hear and read.');

export const PlayRequest = z
  .strictObject({
    titleId: TitleId,
    device: DeviceCapabilities,
    idempotencyKey: z
      .string()
      .min(8)
      .max(128)
      .describe('The same key gives the same play, also in another region: a retry never starts a second one.'),
    playerId: z
      .string()
      .min(8)
      .max(64)
      .exactOptional()
      .describe(
        'Of the player that asks, random: it plays one title at a time, so a new play takes the stream of its last.',
      ),
    intent: PlayIntent.exactOptional().describe('`play` where absent.'),
    preferences: Preferences.exactOptional(),
    manifests: z.boolean().exactOptional().describe('Whether `manifests` shall be in the answer.'),
  })
  .describe('POST /v1/plays');

export const TokenInBody = z
  .object({ accessToken: z.string().max(8192).exactOptional() })
  .describe(
    'POST /v1/plays, its renewal and its end, from a page: beside the fields of the request, in a body of `text/plain`, in place of the header `Authorization`. A browser sends that without asking for permission first.',
  );

export const Server = z
  .object({
    ocaId: OcaId,
    siteId: SiteId,
    siteClass: SiteClass,
    baseUrl: z.string().describe('Media URL: `{baseUrl}/{token}/{fileId}`.'),
    rank: z.number().int().nonnegative().describe('0 is best.'),
  })
  .describe('An OCA that may serve this play.');

export const FileSet = z
  .object({
    servers: z
      .array(z.number().int().nonnegative())
      .min(1)
      .describe('Indices into `servers`, best first. An OCA that lacks these files is absent.'),
    renditions: z.array(Rendition).min(1),
  })
  .describe('Renditions that the same OCAs hold.');

export const ClientNetwork = z
  .object({
    address: z.string(),
    country: Country.exactOptional(),
    asn: z.number().int().exactOptional(),
    provider: z.string().exactOptional(),
  })
  .describe('How the control plane sees the client.');

const grant = {
  token: z.string().describe('Signed and expiring; the first path segment of every media URL.'),
  expiresInMs: z.number().positive().describe('Lifetime of the token from the moment of the answer.'),
  servers: z.array(Server).min(1).max(10),
  refreshInMs: z
    .number()
    .positive()
    .exactOptional()
    .describe('When a running play asks for a fresh ranking: servers come, go and fill up.'),
};

export const Languages = z
  .object({
    audio: z.array(z.string()).describe('Languages of the sound in this play, the preferred first.'),
    preferredAudio: z.string().exactOptional().describe('Absent where no language was asked for or none is there.'),
    subtitles: z.array(Subtitles).describe('The preferred language first.'),
    preferredSubtitles: z.string().exactOptional().describe('`trackId`; absent where none was asked for or is there.'),
  })
  .describe('What can be heard and read, in the order of the preferences.');

export const ManifestUrls = z
  .object({
    hls: z.string().describe('The multivariant playlist, for any HLS player.'),
    dash: z.string().describe('The MPD, for any DASH player.'),
    expiresInMs: z.number().positive().describe('How long they can be asked for. Each answer has a fresh media token.'),
  })
  .describe('The play for a stock player. Its permission is in the path: no header is needed.');

export const PlayResponse = z
  .object({
    playId: PlayId,
    titleId: TitleId,
    titleName: z.string(),
    durationMs: z.number().positive(),
    region: RegionId.describe('The region that answered.'),
    client: ClientNetwork,
    ...grant,
    fileSets: z.array(FileSet).min(1),
    indexFile: IndexFile.exactOptional().describe('Absent where the indexes of the renditions are whole.'),
    languages: Languages.exactOptional(),
    telemetry: TelemetryTarget.exactOptional().describe('Absent where nobody wants reports.'),
    manifests: ManifestUrls.exactOptional().describe('Where the request asked for them.'),
  })
  .describe('Everything a player needs: no playlist round trip follows.');

export const PlayRenewal = z
  .object({
    playId: PlayId,
    ...grant,
    fileServers: z
      .record(z.string(), z.array(z.number().int().nonnegative()))
      .describe('File id to indices into `servers`, best first.'),
  })
  .describe('POST /v1/plays/{playId}/renew: a fresh token and ranking for a running play.');
