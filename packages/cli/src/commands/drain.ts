import type { Drain, FleetStatus } from '@pressplay/protocol/messages';
import { defineCommand } from 'citty';
import { CliError } from '../cli-error.ts';
import { DATA_OPTION, dataDirOf, runningFleet } from '../data-dir.ts';
import { rejectUnknown } from '../options.ts';
import { operatorApi } from '../steer/operator-api.ts';

const drainArgs = {
  name: { type: 'positional', description: 'OCA or site; shows what is drained where absent', required: false },
  reason: { type: 'string', description: 'Why (default: maintenance)', valueHint: 'TEXT' },
  json: { type: 'boolean', description: 'Print JSON' },
  data: DATA_OPTION,
} as const;

export const drainCommand = defineCommand({
  meta: { name: 'drain', description: 'Take an OCA or a whole site out of service for maintenance' },
  args: drainArgs,
  async run({ args }) {
    rejectUnknown(args, drainArgs, args._);
    const api = operatorApi(runningFleet(dataDirOf(args.data)));
    if (args.name !== undefined) await api.drain(drainable(args.name, await api.fleet()), args.reason ?? 'maintenance');
    const status = await api.fleet();
    if (args.json) return console.log(JSON.stringify(status.drains, null, 2));
    console.log(drainsText(status));
    if (args.name !== undefined)
      console.log(
        'New plays avoid it; running ones leave with their next refresh, within minutes. End it: pressplay undrain',
      );
  },
});

const undrainArgs = {
  name: { type: 'positional', description: 'OCA or site', required: true },
  data: DATA_OPTION,
} as const;

export const undrainCommand = defineCommand({
  meta: { name: 'undrain', description: 'Put an OCA or a site back into service' },
  args: undrainArgs,
  async run({ args }) {
    rejectUnknown(args, undrainArgs, args._);
    const api = operatorApi(runningFleet(dataDirOf(args.data)));
    await api.drain(drainable(args.name, await api.fleet()), undefined);
    console.log(drainsText(await api.fleet()));
  },
});

/** OCAs and sites have names of one kind; none is both. */
export function drainable(
  name: string,
  { ocas, sites }: Pick<FleetStatus, 'ocas' | 'sites'>,
): Pick<Drain, 'kind' | 'id'> {
  if (ocas.some(({ ocaId }) => ocaId === name)) return { kind: 'oca', id: name };
  const siteIds = sites.map(({ siteId }) => siteId);
  if (siteIds.includes(name)) return { kind: 'site', id: name };
  throw new CliError(`No OCA and no site is named "${name}". Sites: ${siteIds.join(', ')}.`);
}

/** What is drained, since when, and who is still served by it. */
export function drainsText({ drains, ocas }: Pick<FleetStatus, 'drains' | 'ocas'>): string {
  if (drains.length === 0) return 'Nothing is drained.';
  const lines = [...drains]
    .sort((one, other) => one.sinceMs - other.sinceMs)
    .map(({ kind, id, reason, sinceMs }) => {
      const own = ocas.filter((oca) => (kind === 'oca' ? oca.ocaId : oca.siteId) === id);
      const connections = own.reduce((sum, oca) => sum + oca.connections, 0);
      const mbps = own.reduce((sum, oca) => sum + oca.trafficBps, 0) / 1e6;
      const since = new Date(sinceMs).toISOString().slice(0, 16).replace('T', ' ');
      const what = kind === 'oca' ? 'OCA' : `site of ${own.length} OCAs`;
      return `${id} (${what}) since ${since} UTC: ${reason}. It still sends ${connections} responses, ${mbps.toFixed(1)} Mbit/s.`;
    });
  return lines.join('\n');
}
