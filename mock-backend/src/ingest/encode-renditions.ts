import { availableParallelism } from 'node:os';
import { type EncodeJob, ffmpegArguments } from './ffmpeg-arguments.ts';
import { IngestError } from './ingest-error.ts';
import { runTool } from './run-tool.ts';

export type PlannedEncode = Omit<EncodeJob, 'threads'>;

export interface EncodeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Of all the work, from 0 to 1. */
  readonly onProgress: (fraction: number) => void;
  readonly cores?: number;
}

/** Encodes every rendition, as many at once as there are cores. The first failure ends the others. */
export async function encodeRenditions(jobs: readonly PlannedEncode[], options: EncodeOptions): Promise<void> {
  const cores = options.cores ?? availableParallelism();
  const lanes = Math.min(cores, jobs.length);
  const threads = Math.ceil(cores / lanes);
  const failure = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, failure.signal]) : failure.signal;
  const progress = overallProgress(jobs, options.onProgress);
  // The largest first: what is left at the end is short.
  const waiting = [...jobs].sort((a, b) => workOf(b) - workOf(a));
  const lane = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift())
      await encode({ ...job, threads }, signal, progress(job));
  };
  const results = await Promise.allSettled(
    Array.from({ length: lanes }, () =>
      lane().catch((error) => {
        failure.abort(error);
        throw error;
      }),
    ),
  );
  options.signal?.throwIfAborted();
  if (failure.signal.aborted) throw failure.signal.reason;
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function encode(job: EncodeJob, signal: AbortSignal, onFraction: (fraction: number) => void): Promise<void> {
  const { durationMs } = job.probe;
  const onStdout = (text: string) => {
    const doneMs = lastOutTimeMs(text);
    if (doneMs !== undefined && durationMs) onFraction(Math.min(1, doneMs / durationMs));
  };
  const { exitCode, stderr } = await runTool('ffmpeg', ffmpegArguments(job), { signal, onStdout });
  if (exitCode !== 0) throw encodeError(stderr, exitCode, job);
  onFraction(1);
}

/** The last time that a piece of `-progress` output names. */
export function lastOutTimeMs(progressText: string): number | undefined {
  const times = [...progressText.matchAll(/^out_time_us=(\d+)$/gm)];
  const last = times.at(-1)?.[1];
  return last === undefined ? undefined : Number(last) / 1000;
}

/** Tells from ffmpeg's last words what a person can mend. */
export function encodeError(stderr: string, exitCode: number | null, { rung, input }: PlannedEncode): IngestError {
  const reason = stderr.trim().split('\n').slice(-3).join('; ') || `exit code ${exitCode}`;
  const context = { source: input.label, renditionId: rung.renditionId, reason };
  if (/No space left on device|Disk quota exceeded/.test(stderr))
    return new IngestError('ingest/disk-full', `no space left to encode ${rung.label}`, context);
  if (/Unknown encoder|No such filter|Cannot find a valid font|Unrecognized option/.test(stderr))
    return new IngestError('ingest/tool-missing', `this ffmpeg cannot encode ${rung.label}: ${reason}`, context);
  return new IngestError(
    'ingest/encode-failed',
    `ffmpeg failed at ${rung.label} of ${input.label}: ${reason}`,
    context,
  );
}

function overallProgress(jobs: readonly PlannedEncode[], report: (fraction: number) => void) {
  const fractions = new Map<PlannedEncode, number>();
  const total = jobs.reduce((sum, job) => sum + workOf(job), 0);
  return (job: PlannedEncode) => (fraction: number) => {
    fractions.set(job, fraction);
    report([...fractions].reduce((sum, [each, done]) => sum + workOf(each) * done, 0) / total);
  };
}

/** In pixels; sound costs about as much as the smallest picture. */
function workOf({ rung }: PlannedEncode): number {
  return rung.kind === 'video' ? rung.widthPx * rung.heightPx : 40_000;
}
