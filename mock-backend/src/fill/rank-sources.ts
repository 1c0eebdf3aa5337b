import type { SiteClass } from '@pressplay/protocol/messages';
import { distanceKm } from '../fleet/distance.ts';
import { rendezvousOrder } from '../fleet/rendezvous.ts';
import type { FillOca } from './placement.ts';

/** How long a file waits for a nearer source before a farther one is allowed. */
export interface EscalationRule {
  /** Before an OCA that is not its site's master for the file looks beyond its site. */
  readonly peerWaitMs: number;
  /** Before a site goes to the origin itself, for each larger class of site that this fleet has. */
  readonly tierWaitMs: number;
  /** Peers, and as many tier sources, that a manifest names for a file. */
  readonly maxOcas: number;
}

export const ESCALATION_RULE: EscalationRule = { peerWaitMs: 8000, tierWaitMs: 6000, maxOcas: 4 };

export interface SourceQuestion<T extends FillOca> {
  readonly fileId: string;
  readonly oca: FillOca;
  /** Usable OCAs of the whole fleet. */
  readonly usable: readonly T[];
  readonly holders: Pick<ReadonlySet<string>, 'has'>;
  /** Of all sites: an OCA that has not reported yet may still come. */
  readonly siteClasses: readonly SiteClass[];
  /** Since this region knows the file. */
  readonly waitedMs: number;
}

export interface RankedSources<T extends FillOca> {
  readonly peers: readonly T[];
  readonly tiers: readonly T[];
  readonly origin: boolean;
  readonly reason:
    | 'peer-holds'
    | 'tier-holds'
    | 'first-copy'
    | 'waits-for-site-master'
    | 'waits-for-tier'
    | 'waited-long-enough';
}

const TIER_SIZE: Readonly<Record<SiteClass, number>> = {
  embedded: 0,
  'private-peering': 1,
  'public-peering': 2,
  'full-catalog': 3,
};

/**
 * Where an OCA may copy a file from. The first copy goes from the origin to one OCA (the file's master) at a site of
 * the largest tier; each other site's master copies from a tier, and the rest from their site's peers. Whoever waits
 * too long may reach one ring farther, and in the end everyone may reach the origin.
 */
export function rankSources<T extends FillOca>(
  question: SourceQuestion<T>,
  rule: EscalationRule = ESCALATION_RULE,
): RankedSources<T> {
  const { fileId, oca, usable, holders, waitedMs } = question;
  const others = usable.filter((one) => holders.has(one.ocaId) && one.ocaId !== oca.ocaId);
  const peers = spread(
    question,
    others.filter((one) => isPeer(one, oca)),
  ).slice(0, rule.maxOcas);
  const tiers = byTier(
    question,
    others.filter((one) => !isPeer(one, oca)),
  ).slice(0, rule.maxOcas);
  if (peers.length > 0) return { peers, tiers, origin: true, reason: 'peer-holds' };

  const isMaster =
    masterOf(
      fileId,
      usable.filter((one) => isPeer(one, oca)),
      oca,
    ) === oca.ocaId;
  if (!isMaster && waitedMs < rule.peerWaitMs) return nothing('waits-for-site-master');
  if (tiers.length > 0) return { peers, tiers, origin: true, reason: 'tier-holds' };

  const size = TIER_SIZE[oca.site.siteClass];
  const larger = new Set(question.siteClasses.filter((siteClass) => TIER_SIZE[siteClass] > size)).size;
  if (waitedMs < larger * rule.tierWaitMs) return nothing('waits-for-tier');
  return { peers, tiers, origin: true, reason: isMaster && larger === 0 ? 'first-copy' : 'waited-long-enough' };
}

const nothing = <T extends FillOca>(reason: RankedSources<T>['reason']): RankedSources<T> => ({
  peers: [],
  tiers: [],
  origin: false,
  reason,
});

const isPeer = (one: FillOca, oca: FillOca): boolean => one.site.siteId === oca.site.siteId;

/** The OCA of a site that fetches a file for the others. The one that asks counts as able. */
function masterOf(fileId: string, siteOcas: readonly FillOca[], oca: FillOca): string | undefined {
  const able = siteOcas.some(({ ocaId }) => ocaId === oca.ocaId) ? siteOcas : [...siteOcas, oca];
  return rendezvousOrder(fileId, able, ({ ocaId }) => ocaId)[0]?.ocaId;
}

/** Each (OCA, file) has its own order of peers, so that they share the work. */
const spread = <T extends FillOca>({ fileId, oca }: SourceQuestion<T>, peers: readonly T[]): readonly T[] =>
  rendezvousOrder(`${oca.ocaId}|${fileId}`, peers, ({ ocaId }) => ocaId);

/** Nearer sites first, of equally near ones the larger. Another ISP's embedded OCAs come last: its uplink is not ours. */
function byTier<T extends FillOca>(question: SourceQuestion<T>, others: readonly T[]): readonly T[] {
  const foreign = ({ site }: T) => (site.siteClass === 'embedded' ? 1 : 0);
  const km = ({ site }: T) => Math.round(distanceKm(question.oca.site, site));
  const size = ({ site }: T) => TIER_SIZE[site.siteClass];
  return [...spread(question, others)].sort((a, b) => foreign(a) - foreign(b) || km(a) - km(b) || size(b) - size(a));
}
