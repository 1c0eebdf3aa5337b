import type { SiteClass, SteeringInputs } from '@pressplay/protocol/messages';
import type { OcaRecord } from '../fleet/oca-record.ts';
import type { DropCounts, Named } from './choose-servers.ts';

/** What a play needs to know of its decision. The whole of it, for the log, is made of the logged plays alone. */
export interface Steered {
  readonly occasion: SteeringInputs['occasion'];
  readonly titleId: string;
  readonly choice: Named;
  /** What is known of each of the servers. */
  readonly ocas: readonly OcaRecord[];
  /** By the rank of a site. */
  readonly siteClasses: readonly SiteClass[];
  /** How many OCAs were looked at. */
  readonly reachable: number;
  readonly drops: DropCounts;
}
