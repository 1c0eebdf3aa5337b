/** Every code that ingest throws, and what it means. Listed in docs/errors.md. */
export const INGEST_ERRORS = {
  'ingest/source-unreadable': 'The source does not exist, or ffmpeg cannot read it.',
  'ingest/no-video': 'The source has no moving picture.',
  'ingest/subtitles-unreadable': 'A file or a stream of subtitles is not WebVTT or SubRip, not UTF-8, or empty.',
  'ingest/invalid-title': 'The title id, the name or the licence is not of the allowed form.',
  'ingest/tool-missing': 'ffmpeg, ffprobe, an encoder, a filter or a font is not installed.',
  'ingest/encode-failed': 'ffmpeg ended with an error; the message carries its last words.',
  'ingest/disk-full': 'There is no space left for the encoded files.',
  'ingest/bad-output':
    'The encoded files are not what a player needs: a damaged index, or borders that differ between renditions.',
} as const;

export type IngestErrorCode = keyof typeof INGEST_ERRORS;
export type IngestErrorContext = Readonly<Record<string, string | number>>;

export class IngestError extends Error {
  override readonly name = 'IngestError';
  readonly code: IngestErrorCode;
  readonly context: IngestErrorContext;

  constructor(code: IngestErrorCode, message: string, context: IngestErrorContext = {}, options?: ErrorOptions) {
    super(`[${code}] ${message}`, options);
    this.code = code;
    this.context = context;
  }
}

export function isIngestError(error: unknown): error is IngestError {
  return error instanceof Error && error.name === 'IngestError' && 'code' in error;
}
