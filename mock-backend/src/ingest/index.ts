export { chooseLadder, DEFAULT_LADDER, type Ladder, type LadderPreset } from './choose-ladder.ts';
export { type IngestOptions, type IngestProgress, type IngestSettings, ingest } from './ingest.ts';
export { INGEST_ERRORS, IngestError, type IngestErrorCode, isIngestError } from './ingest-error.ts';
export { keptSampleDir, loadKeptSample } from './kept-sample.ts';
export { FULL_SAMPLE, KEPT_SAMPLE, makeSampleTitle, type SampleOptions, type SamplePreset } from './sample-title.ts';
export { type IndexedFile, readSegmentIndex } from './segment-index.ts';
