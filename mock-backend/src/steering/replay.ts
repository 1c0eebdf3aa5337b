import type { ReplayReport, SteeringChoice, SteeringDecision, SteeringInputs } from '@pressplay/protocol/messages';
import { addedBps, chooseServers } from './choose-servers.ts';
import { decisionPart } from './look-around.ts';

/** What is assumed to be different from what was. */
export interface Changes {
  readonly withoutSites: readonly string[];
}

export const NO_CHANGES: Changes = { withoutSites: [] };

/** Decides again, with the logged inputs and the changes. Without changes it gives what was logged. */
export function replay({ inputs }: SteeringDecision, changes: Changes): SteeringChoice {
  return chooseServers(changedInputs(inputs, changes));
}

export function isReproduced(decision: SteeringDecision): boolean {
  return JSON.stringify(replay(decision, NO_CHANGES)) === JSON.stringify(decision.choice);
}

/** What all logged plays together would have done to the servers: each play counts once, where it began last. */
export function replayLog(decisions: readonly SteeringDecision[], changes: Changes): ReplayReport {
  const newest = new Map(decisions.map((decision) => [decision.inputs.playId, decision]));
  const loads = new Loads();
  let [moved, lost] = [0, 0];
  for (const decision of decisions) loads.see(decision);
  for (const decision of newest.values()) {
    const after = replay(decision, changes);
    const [was] = decision.choice.servers;
    const [is] = after.servers;
    if (was?.ocaId !== is?.ocaId) moved++;
    if (after.unserved.length > decision.choice.unserved.length) lost++;
    loads.add(decision.inputs.playBps, was?.ocaId, is?.ocaId);
  }
  return {
    decisions: decisions.length,
    plays: newest.size,
    reproduced: decisions.filter(isReproduced).length,
    moved,
    lost,
    ...loads.report(),
  };
}

/** The log knows more than the decision looked at; without a site the look would have gone further, as far as needed. */
function changedInputs(inputs: SteeringInputs, { withoutSites }: Changes): SteeringInputs {
  const left = inputs.sites.filter(({ siteId }) => !withoutSites.includes(siteId));
  return { ...inputs, sites: decisionPart(left, addedBps(inputs)) };
}

interface Load {
  capacityBps: number;
  baseBps: number;
  beforeBps: number;
  afterBps: number;
}

class Loads {
  readonly #ocas = new Map<string, Load & { readonly siteId: string }>();

  /** Capacity: the highest seen. What ran before these plays: the load at the first sight. */
  see({ inputs }: SteeringDecision): void {
    for (const { siteId, ocas } of inputs.sites) {
      for (const { ocaId, capacityBps, loadBps } of ocas) {
        const known = this.#ocas.get(ocaId);
        if (known) known.capacityBps = Math.max(known.capacityBps, capacityBps);
        else this.#ocas.set(ocaId, { siteId, capacityBps, baseBps: loadBps, beforeBps: 0, afterBps: 0 });
      }
    }
  }

  add(playBps: number, before: string | undefined, after: string | undefined): void {
    const from = this.#ocas.get(before ?? '');
    const to = this.#ocas.get(after ?? '');
    if (from) from.beforeBps += playBps;
    if (to) to.afterBps += playBps;
  }

  report(): Pick<ReplayReport, 'sites' | 'ocas'> {
    const ocas = [...this.#ocas].map(([ocaId, load]) => ({ ocaId, ...judged(load) }));
    const sites = new Map<string, Load & { readonly siteId: string }>();
    for (const { siteId, capacityBps, baseBps, beforeBps, afterBps } of ocas) {
      const sum = sites.get(siteId) ?? { siteId, capacityBps: 0, baseBps: 0, beforeBps: 0, afterBps: 0 };
      sites.set(siteId, {
        siteId,
        capacityBps: sum.capacityBps + capacityBps,
        baseBps: sum.baseBps + baseBps,
        beforeBps: sum.beforeBps + beforeBps,
        afterBps: sum.afterBps + afterBps,
      });
    }
    const bySite = (a: { siteId: string }, b: { siteId: string }) => (a.siteId < b.siteId ? -1 : 1);
    return {
      sites: [...sites.values()].map(judged).sort(bySite),
      ocas: ocas.sort((a, b) => (a.ocaId < b.ocaId ? -1 : 1)),
    };
  }
}

function judged<T extends Load>(load: T): T & { readonly overloaded: boolean } {
  const { capacityBps, baseBps, beforeBps, afterBps } = load;
  return { ...load, overloaded: baseBps + afterBps > capacityBps && afterBps > beforeBps };
}
