/** CMCD v2 for plays: apart from the core, so that who reports nothing loads nothing of it. */
import type { Telemetry } from '../ports/telemetry.ts';
import type { LastWord } from './last-word.ts';
import { PlayReporter } from './play-reporter.ts';

export type { LastWord } from './last-word.ts';

export interface CmcdOptions {
  /** How the last reports leave a page that ends; without it they leave at `stop` and `destroy` only. */
  readonly lastWord?: LastWord;
  /** Which answers of servers are reported as `rr` events; 'all' where absent. */
  readonly responses?: 'all' | 'failed' | 'none';
}

/**
 * Telemetry by CTA-5004: CMCD v2 in the query of media requests, and events to the target that the play response
 * names. A target that is dead, slow or gone disturbs no play.
 */
export function cmcdTelemetry(options: CmcdOptions = {}): Telemetry {
  const { lastWord, responses = 'all' } = options;
  return { watch: (play) => new PlayReporter(play, { lastWord, responses }) };
}
