import type { DrillPlan } from './drill-plan.ts';
import { DRILL_DEFAULTS } from './drill-plan.ts';
import type { DrillReport } from './drill-report.ts';
import type { DrillTarget } from './drill-target.ts';
import { reportText } from './report-text.ts';
import { runDrill, titleForDrill } from './run-drill.ts';
import { nextDate, parseSchedule, regionOfDrill } from './schedule.ts';
import { keepReport, type PlannedDrills, readPlannedDrills } from './schedule-file.ts';

export interface DrillKeeperDeps {
  readonly dataDir: string;
  readonly target: DrillTarget;
  readonly print: (text: string) => void;
  readonly wallMs?: () => number;
  readonly hold?: (run: { target: DrillTarget; plan: DrillPlan; signal: AbortSignal }) => Promise<DrillReport>;
}

const LOOK_EVERY_MS = 15_000;

/**
 * Holds the planned drills of a fleet while it is up. What came due while it was down is not made up for: a drill is held
 * when people are there to watch.
 */
export class DrillKeeper {
  readonly #deps: Required<DrillKeeperDeps>;
  readonly #leaving = new AbortController();
  #seenMs: number;
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: DrillKeeperDeps) {
    const { print } = deps;
    this.#deps = {
      wallMs: Date.now,
      hold: (run) => runDrill({ ...run, onProgress: (text) => print(`Drill: ${text}`) }),
      ...deps,
    };
    this.#seenMs = this.#deps.wallMs();
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#leaving.abort();
    await this.#running;
  }

  /** Holds the drill that came due since the last look, if one did. */
  look(): Promise<void> {
    this.#running ??= this.#holdWhatIsDue().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #holdWhatIsDue(): Promise<void> {
    const { dataDir, wallMs, print } = this.#deps;
    const [sinceMs, nowMs] = [this.#seenMs, wallMs()];
    this.#seenMs = nowMs;
    try {
      const planned = readPlannedDrills(dataDir);
      const schedule = planned && parseSchedule(planned.schedule);
      if (!planned || !schedule) return;
      const dueMs = nextDate(schedule, sinceMs);
      if (dueMs <= nowMs) await this.#holdOne(planned, dueMs);
    } catch (error) {
      if (!this.#leaving.signal.aborted) print(`Drill: not held. ${error instanceof Error ? error.message : error}`);
    }
  }

  async #holdOne({ outageMs, rate, regionIds, how = DRILL_DEFAULTS.how }: PlannedDrills, dueMs: number): Promise<void> {
    const { dataDir, target, hold, print } = this.#deps;
    const regionId = regionOfDrill(regionIds ?? target.regions.map((region) => region.regionId), dueMs) ?? '';
    const titleId = await titleForDrill(target, regionId);
    const plan = { ...DRILL_DEFAULTS, regionId, titleId, how, outageMs, rate };
    const report = await hold({ target, plan, signal: this.#leaving.signal });
    keepReport(dataDir, dueMs, report);
    print(reportText(report));
  }
}
