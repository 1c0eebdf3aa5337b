import type { ReplayReport } from '@pressplay/protocol/messages';

/** A replay for people: what it was made of, what changed, each site's load before and after. */
export function replayText(report: ReplayReport, withoutSites: readonly string[]): string {
  const { decisions, plays, reproduced, moved, lost, sites, ocas } = report;
  const head = [
    `${decisions} decisions of ${plays} plays; ${reproduced} come out as logged.`,
    ...(withoutSites.length > 0
      ? [`Without ${withoutSites.join(', ')}: ${moved} plays start elsewhere, ${lost} lose a file.`]
      : []),
  ];
  const table = sites.map(({ siteId, ...load }) => `${siteId.padEnd(16)} ${loadText(load)}`);
  const overloaded = ocas
    .filter((oca) => oca.overloaded)
    .map(({ ocaId, ...load }) => `  ${ocaId.padEnd(16)} ${loadText(load)}`);
  const verdict = overloaded.length === 0 ? ['No OCA would be overloaded.'] : ['Overloaded:', ...overloaded];
  return [...head, '', ...table, '', ...verdict].join('\n');
}

function loadText({
  capacityBps,
  baseBps,
  beforeBps,
  afterBps,
  overloaded,
}: Omit<ReplayReport['sites'][number], 'siteId'>): string {
  const share = capacityBps > 0 ? ` (${Math.round((100 * (baseBps + afterBps)) / capacityBps)} %)` : '';
  const plays = `plays ${mbps(beforeBps)} -> ${mbps(afterBps)} Mbit/s`;
  return `${plays}, with ${mbps(baseBps)} before them, of ${mbps(capacityBps)}${share}${overloaded ? ' OVERLOADED' : ''}`;
}

const mbps = (bps: number): string => String(Math.round(bps / 1e5) / 10);
