import type { Revocation, RevocationList } from '@pressplay/protocol/messages';
import { defineCommand } from 'citty';
import { CliError } from '../cli-error.ts';
import { DATA_OPTION, dataDirOf, runningFleet } from '../data-dir.ts';
import { rejectUnknown } from '../options.ts';
import { operatorApi, type RevocationAsk } from '../steer/operator-api.ts';

const args = {
  token: {
    type: 'positional',
    description: 'The token itself; what is called back is shown where nothing is named',
    required: false,
  },
  'token-id': { type: 'string', description: 'Its id (jti)', valueHint: 'ID' },
  account: { type: 'string', description: 'All tokens of an account', valueHint: 'ID' },
  before: { type: 'string', description: 'With --account: those issued before (default: now)', valueHint: 'TIME' },
  reason: { type: 'string', description: 'Why', valueHint: 'TEXT' },
  json: { type: 'boolean', description: 'Print JSON' },
  data: DATA_OPTION,
} as const;

export const revokeCommand = defineCommand({
  meta: { name: 'revoke', description: 'Call API tokens of accounts back before they expire' },
  args,
  async run({ args: given }) {
    rejectUnknown(given, args, given._);
    const ask = revocationAsk(given);
    const api = operatorApi(runningFleet(dataDirOf(given.data)));
    if (ask) await api.revoke({ ...ask, ...(given.reason !== undefined && { reason: given.reason }) });
    const list = await api.revocations();
    if (given.json) return console.log(JSON.stringify(list, null, 2));
    console.log(revocationsText(list));
    if (ask)
      console.log('Every region refuses them within seconds; plays that run with them end with their next renewal.');
  },
});

interface Named {
  readonly token?: string | undefined;
  readonly 'token-id'?: string | undefined;
  readonly account?: string | undefined;
  readonly before?: string | undefined;
}

/** What is to be called back; undefined where nothing is named. */
export function revocationAsk({ token, 'token-id': tokenId, account, before }: Named): RevocationAsk | undefined {
  const named = [token, tokenId, account].filter((one) => one !== undefined);
  if (named.length > 1) throw new CliError('Name one of these: a token, --token-id, --account.');
  if (before !== undefined && account === undefined) throw new CliError('--before goes with --account.');
  if (token !== undefined) return { kind: 'token', ...readToken(token) };
  if (tokenId !== undefined) return { kind: 'token', id: tokenId };
  if (account === undefined) return undefined;
  if (before === undefined) return { kind: 'account', id: account };
  const issuedBeforeMs = Date.parse(before);
  if (Number.isNaN(issuedBeforeMs))
    throw new CliError(`--before must be a time as 2026-11-22T10:00Z, not "${before}".`);
  return { kind: 'account', id: account, issuedBeforeMs };
}

/** Its id and when it expires: the token itself is not sent anywhere. */
function readToken(token: string): { readonly id: string; readonly expiresAtMs?: number } {
  const { jti, exp } = claimsOf(token);
  if (typeof jti !== 'string' || jti === '')
    throw new CliError('This is no API token with an id (jti): call back the tokens of its account by --account.');
  return typeof exp === 'number' ? { id: jti, expiresAtMs: exp * 1000 } : { id: jti };
}

function claimsOf(token: string): Record<string, unknown> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    return typeof claims === 'object' && claims !== null ? { ...claims } : {};
  } catch {
    return {};
  }
}

const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');

/** The newest first. */
export function revocationsText({ count, revocations }: RevocationList): string {
  if (count === 0) return 'No token is called back.';
  const lines = revocations.map(({ kind, id, issuedBeforeMs, madeAtMs, expiresAtMs, reason }: Revocation) => {
    const what =
      kind === 'token' ? `token ${id}` : `account ${id}: tokens from before ${dayOf(issuedBeforeMs ?? madeAtMs)} UTC`;
    return `${what}, since ${dayOf(madeAtMs)} UTC: ${reason}. Kept until ${dayOf(expiresAtMs)} UTC.`;
  });
  const more = count - revocations.length;
  return [...lines, ...(more > 0 ? [`… and ${more} before these.`] : [])].join('\n');
}
