import { schemas } from '@pressplay/protocol';
import type { FillFile, FillManifest, FillSource } from '@pressplay/protocol/messages';
import { callControlPlane } from '../deadline.ts';
import type { OcaDeps } from '../deps.ts';
import type { OcaConfig } from '../oca-config.ts';
import { afterFailure, diffManifest, type FillRetry } from './diff-manifest.ts';
import { type FetchResult, fetchFile, type SourceFailure } from './fetch-file.ts';

const MANIFEST_DEADLINE_MS = 3000;
const PARALLEL_FILES = 2;
/** After so many files the manifest is asked for again: by then it names nearer sources. */
const FILES_A_ROUND = 16;
const DEAD_SOURCE_ASIDE_MS = 5000;
const WRONG_SOURCE_ASIDE_MS = 60_000;

export interface FillSummary {
  /** The region whose manifest was followed; absent when none answered. */
  readonly region?: string;
  readonly fetched: readonly string[];
  readonly failed: readonly string[];
  /** Files of the manifest still missing afterwards. */
  readonly missing: number;
  /** When the manifest asks to be read again; absent without a manifest. */
  readonly refreshInMs?: number;
}

type FillDeps = Pick<OcaDeps, 'clock' | 'http' | 'textHttp' | 'disks' | 'sha256' | 'log'>;

/** Brings onto the disks what the control plane wants there. */
export class FillAgent {
  readonly #config: OcaConfig;
  readonly #deps: FillDeps;
  readonly #onFetched: () => void;
  readonly #paceBps: () => number;
  /** File id, and source: left alone until a deadline. */
  readonly #retries: Record<string, FillRetry> = {};
  readonly #asideUntilMs: Record<string, number> = {};
  #lastRegion: string | undefined;
  /** What was told last about each region: the same trouble every two seconds is told once. */
  readonly #manifestErrors = new Map<string, string>();

  /** `paceBps` says how fast all copies together may come now. */
  constructor(
    config: OcaConfig,
    deps: FillDeps,
    onFetched: () => void,
    paceBps: () => number = () => Number.POSITIVE_INFINITY,
  ) {
    this.#config = config;
    this.#deps = deps;
    this.#onFetched = onFetched;
    this.#paceBps = paceBps;
  }

  /** One round: manifest, difference, files. Never rejects for what a region, a source or a disk does. */
  async fillOnce(stop: AbortSignal): Promise<FillSummary> {
    const found = await this.#manifest(stop);
    if (!found) return { fetched: [], failed: [], missing: 0 };
    const { disks, clock } = this.#deps;
    const { files, refreshInMs } = found.manifest;
    disks.rank?.(files.map((file) => file.fileId));
    const queue = diffManifest(files, (id) => disks.get(id) !== undefined, this.#retries, clock.nowMs()).fetch.slice(
      0,
      FILES_A_ROUND,
    );
    const fetched: string[] = [];
    const failed: string[] = [];
    const waiting = [...queue];
    const worker = async (): Promise<void> => {
      for (let file = waiting.shift(); file && !stop.aborted; file = waiting.shift()) {
        ((await this.#fetch(file, stop)) ? fetched : failed).push(file.fileId);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_FILES }, worker));
    const missing = files.filter((file) => disks.get(file.fileId) === undefined).length;
    return { region: found.regionId, fetched, failed, missing, refreshInMs };
  }

  /** From the first region that answers; the one that answered last is asked first. */
  async #manifest(stop: AbortSignal): Promise<{ regionId: string; manifest: FillManifest } | undefined> {
    const { ocaId, ocaToken, regions } = this.#config;
    const order = [...regions].sort(
      (a, b) => Number(b.regionId === this.#lastRegion) - Number(a.regionId === this.#lastRegion),
    );
    for (const { regionId, baseUrl } of order) {
      if (stop.aborted) return undefined;
      const url = `${baseUrl}/v1/ocas/${ocaId}/fill-manifest`;
      try {
        const answer = await callControlPlane(
          this.#deps,
          { method: 'GET', url, bearer: ocaToken },
          MANIFEST_DEADLINE_MS,
          stop,
        );
        const manifest = schemas.FillManifest.parse(answer);
        this.#lastRegion = regionId;
        this.#manifestErrors.delete(regionId);
        return { regionId, manifest };
      } catch (error) {
        if (!stop.aborted) this.#manifestFailed(regionId, String(error));
      }
    }
    return undefined;
  }

  #manifestFailed(regionId: string, error: string): void {
    if (this.#manifestErrors.get(regionId) === error) return;
    this.#manifestErrors.set(regionId, error);
    this.#deps.log('warn', 'no fill manifest from a region', { regionId, error: error.slice(0, 300) });
  }

  async #fetch(file: FillFile, stop: AbortSignal): Promise<boolean> {
    const ports = { ...this.#deps, paceBps: () => this.#paceBps() / PARALLEL_FILES };
    const result = await fetchFile(file, this.#usable(file.sources), ports, stop);
    for (const failure of result.failures) this.#setAside(file, failure);
    if (result.ok) this.#fetched(file, result);
    else this.#failed(file, result);
    return result.ok;
  }

  /** Sources not set aside; all of them when every one is. */
  #usable(sources: readonly FillSource[]): readonly FillSource[] {
    const nowMs = this.#deps.clock.nowMs();
    const usable = sources.filter((source) => (this.#asideUntilMs[source.from] ?? 0) <= nowMs);
    return usable.length > 0 ? usable : sources;
  }

  #setAside(file: FillFile, { source, kind, message, retryInMs = DEAD_SOURCE_ASIDE_MS }: SourceFailure): void {
    const asideMs = kind === 'wrong-bytes' ? WRONG_SOURCE_ASIDE_MS : retryInMs;
    this.#asideUntilMs[source.from] = this.#deps.clock.nowMs() + asideMs;
    this.#deps.log(kind === 'busy' ? 'debug' : 'warn', 'fill source set aside', {
      fileId: file.fileId,
      from: source.from,
      kind,
      message,
      asideMs,
    });
  }

  #fetched(file: FillFile, result: FetchResult & { ok: true }): void {
    delete this.#retries[file.fileId];
    const from = result.sources.map((source) => source.from);
    this.#deps.log('info', 'file filled', {
      fileId: file.fileId,
      titleId: file.titleId,
      sizeBytes: file.sizeBytes,
      from,
    });
    this.#onFetched();
  }

  #failed(file: FillFile, result: FetchResult & { ok: false }): void {
    if (result.cause === 'stopped') return;
    const retry = afterFailure(this.#retries[file.fileId], this.#deps.clock.nowMs());
    this.#retries[file.fileId] = retry;
    const level = result.cause === 'disk' ? 'error' : 'warn';
    this.#deps.log(level, `file not filled: ${result.message}`, {
      fileId: file.fileId,
      titleId: file.titleId,
      attempts: retry.attempts,
    });
  }
}
