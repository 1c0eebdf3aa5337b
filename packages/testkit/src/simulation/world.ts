import type { RequestLogLine } from '@pressplay/mock-oca';
import type { Fault, FleetFile, FleetStatus } from '@pressplay/protocol/messages';
import type { HttpClient, Player } from '@pressplay/sdk-core';
import { VirtualClock } from '@pressplay/sdk-core/testing';
import { DEMO_FLEET } from '../demo-fleet.ts';
import { drainFor } from './drain.ts';
import type { Link } from './endpoint.ts';
import { EventLog, type WorldEvent } from './event-log.ts';
import { followTrace } from './follow-trace.ts';
import { type SyntheticTitle, shelvedFilesOf, synthesizeTitle } from './media.ts';
import { Network } from './network.ts';
import { type Prng, prngFor } from './prng.ts';
import { SimulatedFleet } from './simulated-fleet.ts';
import type { OcaSettings } from './simulated-oca.ts';
import { type SimulatedPlayerOptions, SimulatedPlayers } from './simulated-players.ts';
import type { ControlPlaneSettings } from './simulated-region.ts';
import type { Trace } from './trace.ts';
import type { WitnessedRange } from './witness-engine.ts';

export interface WorldOptions {
  /** Everything random follows from it. */
  readonly seed: number;
  readonly fleetFile?: FleetFile;
  /** Default: one title of a minute, `noise-1`. */
  readonly titles?: readonly SyntheticTitle[];
  /** `full`: every OCA holds every title from the start, and the world begins when they are live. `empty`: watch the fill. */
  readonly disks?: 'full' | 'empty';
  /** By OCA, region or client address. */
  readonly links?: Readonly<Record<string, Partial<Link>>>;
  readonly controlPlane?: ControlPlaneSettings;
  readonly ocas?: OcaSettings;
  /** Of single OCAs, by id, over those of all. */
  readonly settingsOf?: Readonly<Record<string, OcaSettings>>;
}

const UNTIL_LIVE_MS = 60_000;
const POLL_MS = 250;
/** Where there is nothing to fill, reports and manifests would be most of what a run costs. */
const QUIET_OCAS: OcaSettings = { reportIntervalMs: 2000, fillIntervalMs: 10_000 };
const ALL_OF_TIME_MS = 24 * 3_600_000;

/** A whole system, from the SDK to the disks, in the time of one virtual clock. */
export class World {
  readonly seed: number;
  readonly clock = new VirtualClock({ settle: drainFor() });
  readonly network = new Network(this.clock);
  readonly fleet: SimulatedFleet;
  readonly #log = new EventLog(this.clock);
  readonly #players: SimulatedPlayers;
  readonly #files = new Map<string, Uint8Array>();

  constructor(options: WorldOptions, titles: readonly SyntheticTitle[]) {
    const { seed, fleetFile = DEMO_FLEET, links = {}, controlPlane = {} } = options;
    this.seed = seed;
    const isFull = options.disks !== 'empty';
    this.fleet = new SimulatedFleet(this.clock, this.network, this.#log, {
      seed,
      fleetFile,
      links,
      controlPlane,
      shelf: isFull ? titles.flatMap(shelvedFilesOf) : [],
      settingsOf: options.settingsOf ?? {},
      ocas: isFull ? { ...QUIET_OCAS, ...options.ocas } : (options.ocas ?? {}),
    });
    this.#players = new SimulatedPlayers({
      seed,
      clock: this.clock,
      network: this.network,
      events: this.#log,
      regions: this.fleet.regionEndpoints,
      accessTokenFor: this.fleet.keys.accessTokenFor,
      fileOf: (fileId) => this.#files.get(fileId),
    });
  }

  /** Everything that happened, in order. Two runs of one seed give the same. */
  get events(): readonly WorldEvent[] {
    return this.#log.events;
  }

  /** A stream of random numbers of its own for a named use. */
  random(name: string): Prng {
    return prngFor(this.seed, name);
  }

  httpFor(clientAddress: string): HttpClient {
    return this.#players.httpFor(clientAddress);
  }

  /** The real SDK with the headless engine. */
  createPlayer(options?: SimulatedPlayerOptions): Player {
    return this.#players.create(options);
  }

  /** What the player's engine was given, compared with the files. */
  witnessed(player: Player): readonly WitnessedRange[] {
    return this.#players.witnessed(player);
  }

  /** The viewer watches faster or slower: media time per time. */
  setPlaybackRate(player: Player, rate: number): void {
    this.#log.add('world', 'set-playback-rate', { player: this.nameOf(player), rate });
    this.#players.setPlaybackRate(player, rate);
  }

  /** Under which its events are logged. */
  nameOf(player: Player): string {
    return this.#players.nameOf(player);
  }

  /** Starts every region and OCA, with these titles in the catalog. Called once, by `createWorld`. */
  async start(titles: readonly SyntheticTitle[]): Promise<void> {
    for (const { files } of titles) this.#remember(files);
    await this.fleet.start(titles);
  }

  async publish(title: SyntheticTitle): Promise<void> {
    this.#remember(title.files);
    await this.fleet.publish(title);
  }

  /** By OCA, region or client address; takes effect on running transfers at once. */
  setLink(name: string, link: Partial<Link>): void {
    this.#log.add('world', 'set-link', { name, ...link });
    this.network.setLink(name, link);
  }

  /** The link of a machine as somebody measured it, from `fromMs` into the trace, until the function given back is called. */
  followTrace(name: string, trace: Trace, fromMs = 0): () => void {
    this.#log.add('world', 'follow-trace', { name, steps: trace.steps.length, fromMs });
    return followTrace(this.clock, this.network, name, trace, fromMs);
  }

  skewWallClock(ocaId: string, skewMs: number): void {
    this.#log.add('world', 'skew-wall-clock', { ocaId, skewMs });
    this.fleet.oca(ocaId).skewWallClock(skewMs);
  }

  skewRegionClock(regionId: string, skewMs: number): void {
    this.#log.add('world', 'skew-region-clock', { regionId, skewMs });
    this.fleet.region(regionId).skewWallClock(skewMs);
  }

  /** Begins to drain; the regions hear of it as the network lets them. */
  drainOca(ocaId: string): void {
    this.#log.add('world', 'drain-oca', { ocaId });
    void this.fleet.oca(ocaId).drain();
  }

  killOca(ocaId: string): void {
    this.#log.add('world', 'kill-oca', { ocaId });
    this.fleet.oca(ocaId).kill();
  }

  restartOca(ocaId: string, disks: 'kept' | 'empty' = 'kept'): void {
    this.#log.add('world', 'restart-oca', { ocaId, disks });
    this.fleet.oca(ocaId).start(disks);
  }

  /** Through the OCA's own control route. */
  async setFaults(ocaId: string, faults: readonly Fault[]): Promise<void> {
    this.#log.add('world', 'set-faults', { ocaId, faults });
    await this.fleet.oca(ocaId).setFaults(faults);
  }

  killRegion(regionId: string): void {
    this.#log.add('world', 'kill-region', { regionId });
    this.fleet.region(regionId).kill();
  }

  restartRegion(regionId: string): void {
    this.#log.add('world', 'restart-region', { regionId });
    this.fleet.region(regionId).start();
  }

  /** One line at the start of each media request of an OCA, one at its end; over all its lives. */
  requestLog(ocaId: string): readonly RequestLogLine[] {
    return this.fleet.oca(ocaId).requestLog;
  }

  /** What a region knows about the fleet; default the first region that is up. */
  async status(regionId?: string): Promise<FleetStatus> {
    const region = regionId ? this.fleet.region(regionId) : this.fleet.runningRegion();
    return region.status();
  }

  async advance(durationMs: number): Promise<void> {
    await this.clock.advance(durationMs);
  }

  /** Runs until `isDone()` holds; throws with the seed and the latest events when it does not within `limitMs`. */
  async runUntil(isDone: () => boolean, limitMs: number): Promise<void> {
    if (await this.clock.runUntil(isDone, limitMs)) return;
    throw this.failure(`What the test waits for did not happen within ${limitMs} ms of virtual time: ${isDone}`);
  }

  /** Runs until the promise settles, and gives what it gives. */
  async settle<T>(promise: Promise<T>, limitMs: number = ALL_OF_TIME_MS): Promise<T> {
    let isSettled = false;
    const mark = (): void => {
      isSettled = true;
    };
    promise.then(mark, mark);
    await this.runUntil(() => isSettled, limitMs);
    return promise;
  }

  /** Runs until every region that is up calls the title live. */
  async runUntilLive(titleId: string, limitMs: number = UNTIL_LIVE_MS): Promise<void> {
    const endMs = this.clock.nowMs() + limitMs;
    while (!(await this.isLive(titleId))) {
      if (this.clock.nowMs() >= endMs) throw this.failure(`"${titleId}" was not live within ${limitMs} ms.`);
      await this.clock.advance(POLL_MS);
    }
  }

  async isLive(titleId: string): Promise<boolean> {
    const regions = this.fleet.regions.filter((region) => region.isUp);
    const statuses = await Promise.all(regions.map((region) => region.status()));
    return statuses.every(({ titles }) => titles.some((title) => title.titleId === titleId && title.live));
  }

  #remember(files: ReadonlyMap<string, Uint8Array>): void {
    for (const [fileId, bytes] of files) this.#files.set(fileId, bytes);
  }

  /** An error that names the seed: the same seed replays the same run. */
  failure(message: string): Error {
    return new Error(
      `${message}\nSeed ${this.seed}, at ${this.clock.nowMs()} ms. The latest events:\n${this.#log.tail()}`,
    );
  }
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const titles = options.titles ?? [defaultTitle()];
  const world = new World(options, titles);
  await world.start(titles);
  if (options.disks !== 'empty') for (const { title } of titles) await world.runUntilLive(title.titleId);
  return world;
}

/** The same bytes in every world: made once per process, because hashing them is most of what a world costs. */
function defaultTitle(): SyntheticTitle {
  keptDefaultTitle ??= synthesizeTitle({ titleId: 'noise-1' });
  return keptDefaultTitle;
}
let keptDefaultTitle: SyntheticTitle | undefined;
