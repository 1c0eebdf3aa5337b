import type {
  LookedAtOca,
  LookedAtSite,
  PathwayReport,
  SteeringDecision,
  SteeringDrop,
  SteeringInputs,
} from '@pressplay/protocol/messages';
import { MAX_SERVERS } from './limit-servers.ts';
import { isReproduced } from './replay.ts';

const LABELS: Readonly<Record<SteeringDrop['label'], string>> = {
  H: 'H health',
  D: 'D draining',
  F: 'F full',
  S: 'S slow',
  C: 'C content',
  L: 'L limit',
};

const wordsOf: Readonly<Record<SteeringDrop['label'], (oca: LookedAtOca, inputs: SteeringInputs) => string>> = {
  H: ({ condition, reason }) => `${condition}: ${reason}`,
  D: ({ condition, reason }) => `${condition}: ${reason}`,
  F: ({ loadBps, capacityBps }) => `${mbps(loadBps)} of ${mbps(capacityBps)} in use`,
  S: ({ ocaId }, { reports = [] }) => `the player measured ${mbps(reportedBps(ocaId, reports))}: put back`,
  C: ({ lacks }, { fileIds }) => `holds ${fileIds.length - lacks.length} of ${fileIds.length} files`,
  L: () => `beyond the best ${MAX_SERVERS}`,
};

const reportedBps = (ocaId: string, reports: readonly PathwayReport[]): number =>
  reports.find((report) => report.ocaId === ocaId)?.throughputBps ?? 0;

/** A decision in words, line by line: who asked, the sites in the order of the network, what became of each OCA. */
export function explain(decision: SteeringDecision): string {
  const { inputs, choice } = decision;
  const lines = [
    `Play ${inputs.playId} of "${inputs.titleId}", ${inputs.occasion} in ${inputs.region} at ${new Date(inputs.atMs).toISOString()}`,
    `Client ${inputs.clientPrefix}, prefix table ${inputs.tableVersion}, ${mbps(inputs.playBps)} at most, ${inputs.fileIds.length} files`,
    '',
    'Sites, nearest on the network first:',
    ...inputs.sites.flatMap((site, rank) => explainSite(site, rank, decision)),
    '',
    `Named: ${choice.servers.map(({ ocaId }) => ocaId).join(', ') || 'nobody'}`,
    ...choice.fileSets.map(
      ({ servers, fileIds }) =>
        `  ${fileIds.length} of ${inputs.fileIds.length} files from ${servers.map((at) => choice.servers[at]?.ocaId).join(', ')}`,
    ),
    ...(choice.unserved.length > 0 ? [`  ${choice.unserved.length} files have no server`] : []),
    isReproduced(decision)
      ? 'The same inputs give the same choice now.'
      : 'The same inputs give another choice now: the rules have changed since.',
  ];
  return lines.join('\n');
}

function explainSite(site: LookedAtSite, rank: number, { choice, inputs }: SteeringDecision): string[] {
  const { siteId, siteClass, prefixLength, asPathLength, med, distanceKm } = site;
  const place = `/${prefixLength} ${siteClass}, AS path ${asPathLength}, MED ${med}, ${Math.round(distanceKm)} km`;
  return [
    `${String(rank).padStart(3)}. ${siteId}: ${place}`,
    ...site.ocas.map((oca) => {
      const { ocaId, condition, loadBps, capacityBps, lacks } = oca;
      const named = choice.servers.findIndex((server) => server.ocaId === ocaId);
      const drops = choice.drops.filter((drop) => drop.ocaId === ocaId);
      const because = drops.map(({ label }) => `${LABELS[label]}: ${wordsOf[label](oca, inputs)}`).join('; ');
      const verdict = named >= 0 ? `server ${named}` : drops.length > 0 ? 'not named' : 'not needed';
      const content = lacks.length === 0 ? 'holds all' : `holds ${inputs.fileIds.length - lacks.length}`;
      const state = `${condition}, ${mbps(loadBps)} of ${mbps(capacityBps)}, ${content}`;
      return `       ${ocaId}: ${verdict} (${state})${because && ` ${because}`}`;
    }),
  ];
}

const mbps = (bps: number): string => `${Math.round(bps / 1e5) / 10} Mbit/s`;
