import { realpathSync } from 'node:fs';
import { BOUNDS, COPIES_AHEAD_MS } from '../../admission/admit.ts';
import type { Calm } from '../../admission/calm.ts';
import { RecentRate } from '../../admission/recent-rate.ts';
import { Watchfulness } from '../../admission/watchfulness.ts';
import type { WorkKind } from '../../admission/work-kind.ts';
import type { OcaConfig } from '../../oca-config.ts';
import type { MediaService } from '../../serving/media-service.ts';
import { askAgentSocket } from './agent-client.ts';
import { indexChanges, indexOf } from './index-lines.ts';
import type { WatchedDisks } from './watched-disks.ts';

const BODY_BYTES = 512 * 1024;
const FOR_GOOD_S = 1e12;
/** Nobody is refused then. */
const QUIET = '-1';

export interface WorkerMemoryParts {
  readonly media: MediaService;
  readonly config: OcaConfig;
  readonly disks: WatchedDisks;
  readonly folders: readonly string[];
  readonly calm: Calm;
}

/** What nginx's workers know: keys, mood, load, and which file lies where. Only what changed is sent. */
export class WorkerMemory {
  readonly #socketPath: string;
  readonly #parts: WorkerMemoryParts;
  #index: ReadonlyMap<string, string> = new Map();
  #mode = '';
  #said = '';
  #strain = '';
  #calmResponses = 0;
  readonly #rate = new RecentRate();
  readonly #watch = new Watchfulness();
  #filesChanged = true;
  #refreshing: Promise<void> = Promise.resolve();

  constructor(socketPath: string, parts: WorkerMemoryParts) {
    this.#socketPath = socketPath;
    this.#parts = parts;
  }

  filesChanged(): void {
    this.#filesChanged = true;
  }

  /** All of it, to workers that know nothing, in as few requests as may be: somebody waits for them. */
  fill(): Promise<void> {
    return this.#inTurn(async () => {
      this.#index = new Map();
      this.#mode = '';
      this.#said = '';
      this.#strain = '';
      this.#calmResponses = 0;
      this.#filesChanged = true;
      const { folders, config } = this.#parts;
      const pace = config.paceBps === undefined ? [] : [`pace ${Math.ceil(config.paceBps / 8)}`];
      await this.#refresh([
        `most ${config.maxConnections}`,
        ...boundLines(config),
        ...pace,
        ...this.#keys(),
        ...folders.map((folder) => `disks ${realFolder(folder)}`),
      ]);
    });
  }

  refresh(): Promise<void> {
    return this.#inTurn(() => this.#refresh());
  }

  /** Of these responses the workers break the connections when they are next told to finish what runs. */
  async breakWhenGoing(ids: readonly string[]): Promise<void> {
    await this.#inTurn(async () => {
      await askAgentSocket(this.#socketPath, '/state', `broken ${ids.join(' ')}`);
    });
  }

  async #refresh(first: readonly string[] = []): Promise<void> {
    if (this.#filesChanged) await this.#sendFiles();
    const { media, calm } = this.#parts;
    const calmResponses = calm.responses;
    const mode = media.faults.current.length > 0 ? 'node' : media.shed ? 'shed' : 'serve';
    const said = saidText(media.said());
    const strain = this.#watchedStrain();
    const lines = [
      ...first,
      ...(mode === this.#mode ? [] : [`mode ${mode}`]),
      ...(said === this.#said ? [] : [`said ${said}`]),
      ...(strain === this.#strain ? [] : [`strain ${strain}`]),
      ...(calmResponses === this.#calmResponses ? [] : [`calm ${calmResponses}`]),
    ];
    // Where somebody may be refused, workers are asked how many were.
    if (lines.length === 0 && strain === QUIET) return;
    media.counts.refusedOutside(refusedOf(await askAgentSocket(this.#socketPath, '/state', lines.join('\n'))));
    this.#mode = mode;
    this.#said = said;
    this.#strain = strain;
    this.#calmResponses = calmResponses;
  }

  /** Workers count what they promise only where somebody might have to be refused. */
  #watchedStrain(): string {
    const { media, config } = this.#parts;
    const { strainShare, servedBytes, connections } = media;
    const nowMs = performance.now();
    const rateShare = this.#rate.bps(servedBytes, nowMs) / config.capacityBps;
    const share = Math.max(rateShare, connections / config.maxConnections, strainShare);
    return this.#watch.isOn(share, nowMs) ? strainShare.toFixed(2) : QUIET;
  }

  async #sendFiles(): Promise<void> {
    const { disks, folders } = this.#parts;
    this.#filesChanged = false;
    try {
      const wanted = indexOf(disks.list(), folders, (fileId) => disks.folderOf(fileId));
      for (const body of indexChanges(this.#index, wanted, BODY_BYTES))
        await askAgentSocket(this.#socketPath, '/files', body);
      this.#index = wanted;
    } catch (error) {
      this.#filesChanged = true;
      throw error;
    }
  }

  #keys(): readonly string[] {
    const { urlKey, acceptedUrlKeys = [] } = this.#parts.config;
    const others = acceptedUrlKeys.map(({ key, acceptUntilMs }) => {
      return `keys ${acceptUntilMs === undefined ? FOR_GOOD_S : acceptUntilMs / 1000} ${key}`;
    });
    return [`keys ${FOR_GOOD_S} ${urlKey}`, ...others];
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const done = this.#refreshing.then(change);
    this.#refreshing = done.catch(() => {});
    return done;
  }
}

/** Each line's share in bytes a second, how far it may run ahead in seconds, and how many responses may run. */
function boundLines({ capacityBps, maxConnections }: OcaConfig): readonly string[] {
  const lines = { ...BOUNDS, copies: { ...BOUNDS.fill, aheadMs: COPIES_AHEAD_MS } };
  return Object.entries(lines).map(([line, { rateShare, aheadMs, connectionShare, strainShare }]) => {
    const bytesPerS = (capacityBps * rateShare) / 8;
    return `bounds ${line} ${bytesPerS} ${aheadMs / 1000} ${Math.ceil(maxConnections * connectionShare)} ${strainShare}`;
  });
}

/** For the workers: which share of the plays is to leave, what the others are told, and what these are. */
function saidText({ staying, leaving, leavingShare }: ReturnType<MediaService['said']>): string {
  return `${leavingShare.toFixed(3)} ${staying}|${leaving}`;
}

/** Lines of 'kind count', as the workers give them. */
function refusedOf(text: string): Partial<Record<WorkKind, number>> {
  const counts = [...text.matchAll(/^(prefetch|fill|new-play|running-play) (\d+)$/gm)];
  return Object.fromEntries(counts.map(([, kind = '', count = '0']) => [kind, Number(count)]));
}

/** The workers follow no link: not in a file's place, nor on the way. */
function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
