import { deriveKeys, type FleetKeys, issueAccessToken } from '@pressplay/mock-backend/node';
import type { CatalogTitle, Fault, FleetSnapshot } from '@pressplay/protocol/messages';
import { controlRoomDir } from './checkout.ts';
import { type ControlServer, startControlServer } from './control-server.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { type Database, startDatabase } from './database.ts';
import { describeFault } from './describe-fault.ts';
import { EventList } from './event-list.ts';
import { type RegionApi, titleIn } from './fleet-api.ts';
import { FleetError } from './fleet-error.ts';
import type { Fleet, FleetOptions, RegionFailure } from './fleet-options.ts';
import { type BundledMains, FleetPlaces, type OcaPlace, type RegionPlace } from './fleet-places.ts';
import { type FleetPlan, requestLogFile } from './fleet-plan.ts';
import { FleetWatch } from './fleet-watch.ts';
import { countFiles, openOrigin, provideTitles } from './origin-titles.ts';
import { Outages } from './outages.ts';
import { type RequestLogLine, readRequestLog } from './request-log.ts';
import { removeFleetState, writeFleetState } from './state-file.ts';

const DEMO_ACCOUNT = 'demo';
/** What a process gets to say goodbye; together with the database's the whole fleet ends within two seconds. */
const GRACE_MS = 800;
const DEFAULT_LIVE_TIMEOUT_MS = 120_000;

export class RunningFleet implements Fleet {
  readonly regions: Fleet['regions'];
  readonly ocas: Fleet['ocas'];
  readonly #plan: FleetPlan;
  readonly #options: FleetOptions;
  readonly #places: FleetPlaces;
  readonly #outages = new Outages();
  readonly #data: DataFolder;
  readonly #keys: FleetKeys;
  readonly #events = new EventList();
  #ocaPlaces = new Map<string, OcaPlace>();
  #regionPlaces = new Map<string, RegionPlace>();
  #database: Database | undefined;
  #watch: FleetWatch | undefined;
  #control: ControlServer | undefined;
  #stopping: Promise<void> | undefined;
  /** Ends the encoding of the sample when the start fails or is given up. */
  readonly #ending = new AbortController();
  #providing: Promise<CatalogTitle[]> | undefined;

  constructor(plan: FleetPlan, options: FleetOptions, mains: BundledMains) {
    this.#plan = plan;
    this.#options = options;
    this.#data = openDataFolder(options.dataDir);
    this.#keys = deriveKeys(this.#data.secret);
    this.#places = new FleetPlaces({ plan, options, mains, data: this.#data, keys: this.#keys, events: this.#events });
    this.regions = plan.regions.map(({ regionId, baseUrl }) => ({ regionId, baseUrl }));
    this.ocas = plan.ocas.map(({ ocaId, siteId, baseUrl }) => ({ ocaId, siteId, baseUrl }));
  }

  get controlUrl(): string {
    return this.#control?.url ?? '';
  }

  async start(): Promise<void> {
    const progress = this.#options.onProgress ?? (() => undefined);
    const origin = openOrigin(this.#data);
    await this.#writeState(false);
    for (const oca of this.#plan.ocas) this.#ocaPlaces.set(oca.ocaId, this.#places.oca(oca));
    progress(
      `Starting ${this.ocas.length} OCAs and ${this.regions.length} region${this.regions.length > 1 ? 's' : ''}`,
    );
    this.#providing = provideTitles(origin, { ...this.#options, signal: this.#ending.signal });
    await Promise.all([
      this.#providing,
      this.#startRegions(),
      ...[...this.#ocaPlaces.values()].map((place) => place.process.start()),
    ]);
    this.#assertNotStopping();
    this.#watch = new FleetWatch({
      sites: this.#plan.file.sites,
      ocas: [...this.#ocaPlaces.values()],
      regions: [...this.#regionPlaces.values()],
      events: this.#events,
      countFiles: async () => countFiles(await origin.listTitles()),
    });
    // Asked again: an ingest may have added one meanwhile.
    for (const title of await provideTitles(origin, this.#options)) await this.publish(title);
    await this.#watch.start();
    await this.#serveControlRoom();
    await this.#writeState(true);
    this.#events.add(`The fleet is up: ${this.regions.length} regions, ${this.ocas.length} OCAs`);
  }

  accessToken(accountId = DEMO_ACCOUNT): Promise<string> {
    return issueAccessToken(this.#keys.accountsKey, accountId);
  }

  async killOca(ocaId: string): Promise<void> {
    await this.#oca(ocaId).process.kill();
    this.#events.add(`${ocaId} was killed`, { ocaId });
    await this.#watch?.refresh();
  }

  async restartOca(ocaId: string): Promise<void> {
    const { process } = this.#oca(ocaId);
    if (process.pid !== undefined) await process.end(GRACE_MS);
    await process.start();
    this.#events.add(`${ocaId} was started`, { ocaId });
    await this.#watch?.refresh();
  }

  async setFaults(ocaId: string, faults: readonly Fault[]): Promise<void> {
    await this.#oca(ocaId).control.setFaults(faults);
    const text = faults.length === 0 ? 'works normally again' : `has faults: ${faults.map(describeFault).join(', ')}`;
    this.#events.add(`${ocaId} ${text}`, { ocaId });
    await this.#watch?.refresh();
  }

  async killRegion(regionId: string): Promise<void> {
    await this.#region(regionId).process.kill();
    this.#events.add(`Region ${regionId} was cut`, { regionId });
  }

  async failRegion(regionId: string, forMs: number, how: RegionFailure = 'kill'): Promise<void> {
    const { process } = this.#region(regionId);
    this.#assertNotStopping();
    if (how === 'hang') process.hang();
    else await process.kill();
    const what = how === 'hang' ? 'hangs' : 'fails';
    this.#events.add(`Region ${regionId} ${what} on purpose for ${forMs / 1000} s`, { regionId });
    this.#outages.begin(regionId, forMs, async () => {
      await process.kill();
      await process.start();
      this.#events.add(`Region ${regionId} was started: its time to fail is over`, { regionId });
    });
  }

  async restartRegion(regionId: string): Promise<void> {
    const { process } = this.#region(regionId);
    this.#outages.end(regionId);
    if (process.pid !== undefined) await process.end(GRACE_MS);
    await process.start();
    this.#events.add(`Region ${regionId} was started`, { regionId });
  }

  async killDatabase(): Promise<void> {
    await this.#embedded().crash();
    this.#events.add('The database was killed');
  }

  async restartDatabase(): Promise<void> {
    await this.#embedded().stop();
    this.#database = await startDatabase(this.#data, this.#plan.ports.postgres);
    this.#events.add('The database was started');
  }

  requestLog(ocaId: string): Promise<RequestLogLine[]> {
    return readRequestLog(requestLogFile(this.#data, this.#oca(ocaId).ocaId));
  }

  snapshot(): FleetSnapshot {
    if (!this.#watch) throw new FleetError('fleet/process-failed', 'The fleet is not up');
    return this.#watch.snapshot();
  }

  watch(): () => void {
    return this.#watch?.watch() ?? (() => undefined);
  }

  async publish(title: CatalogTitle): Promise<void> {
    await this.#firstRegionThat((api) => api.putTitle(title));
    this.#events.add(`"${title.name}" was published`);
    await this.#watch?.refresh();
  }

  async waitUntilLive(titleId: string, timeoutMs = DEFAULT_LIVE_TIMEOUT_MS): Promise<void> {
    const deadlineMs = performance.now() + timeoutMs;
    for (;;) {
      const title = titleIn(await this.#firstRegionThat((api) => api.fleetStatus()), titleId);
      // Else a snapshot might go on saying for two seconds that it is not.
      if (title?.live) return this.#watch?.refresh();
      this.#assertNotStopping();
      if (performance.now() > deadlineMs) throw notLive(titleId, title, timeoutMs);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    this.#ending.abort();
    this.#outages.endAll();
    this.#watch?.stop();
    const places = [...this.#ocaPlaces.values(), ...this.#regionPlaces.values()];
    const provided = this.#providing?.catch(() => undefined);
    await Promise.all([provided, this.#control?.close(), ...places.map((place) => place.process.end(GRACE_MS))]);
    await this.#database?.stop();
    removeFleetState(this.#data.run);
  }

  async #startRegions(): Promise<void> {
    const { database: wanted } = this.#options;
    if (wanted === 'embedded') {
      const database = await startDatabase(this.#data, this.#plan.ports.postgres);
      this.#database = database;
      if (this.#stopping) await database.stop();
    }
    this.#assertNotStopping();
    const databaseUrl = this.#database?.url ?? (typeof wanted === 'object' ? wanted.url : 'memory');
    for (const region of this.#plan.regions)
      this.#regionPlaces.set(region.regionId, this.#places.region(region, databaseUrl));
    await Promise.all([...this.#regionPlaces.values()].map((place) => place.process.start()));
  }

  async #serveControlRoom(): Promise<void> {
    if (!this.#options.serveControlRoom) return;
    this.#control = await startControlServer({
      fleet: this,
      pageDir: controlRoomDir(),
      port: this.#plan.ports.control,
    });
    if (this.#stopping) await this.#control.close();
  }

  /** Any region can answer: the first that does. */
  async #firstRegionThat<T>(ask: (api: RegionApi) => Promise<T>): Promise<T> {
    const failures: unknown[] = [];
    for (const place of this.#regionPlaces.values()) {
      if (place.process.state !== 'up') continue;
      try {
        return await ask(place.api);
      } catch (error) {
        failures.push(error);
      }
    }
    const [first] = failures;
    throw first instanceof FleetError
      ? first
      : new FleetError('fleet/bad-answer', 'No region answers', { cause: first });
  }

  async #writeState(ready: boolean): Promise<void> {
    writeFleetState(this.#data.run, {
      ready,
      regions: this.regions,
      operatorToken: this.#keys.operatorToken,
      accessToken: await this.accessToken(),
      ...(this.#control ? { controlUrl: this.#control.url } : {}),
    });
  }

  #embedded(): Database {
    if (this.#database) return this.#database;
    throw new FleetError('fleet/unknown-name', 'This fleet runs no database of its own');
  }

  #oca(ocaId: string): OcaPlace {
    const place = this.#ocaPlaces.get(ocaId);
    if (!place) throw new FleetError('fleet/unknown-name', `No OCA is named ${ocaId}`);
    return place;
  }

  #region(regionId: string): RegionPlace {
    const place = this.#regionPlaces.get(regionId);
    if (!place) throw new FleetError('fleet/unknown-name', `No region is named ${regionId}`);
    return place;
  }

  #assertNotStopping(): void {
    if (this.#stopping) throw new FleetError('fleet/process-failed', 'The fleet is being stopped');
  }
}

function notLive(
  titleId: string,
  title: { copies: number; copiesNeeded: number } | undefined,
  timeoutMs: number,
): FleetError {
  const state = title ? `${title.copies} of ${title.copiesNeeded} copies are there` : 'the catalog does not know it';
  return new FleetError('fleet/title-not-live', `"${titleId}" is not live after ${timeoutMs / 1000} s: ${state}`);
}
