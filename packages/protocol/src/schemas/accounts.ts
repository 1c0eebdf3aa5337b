import { z } from 'zod';

const Reason = z.string().trim().min(1).max(200).default('called back by operators');
const TokenId = z.string().min(1).max(128).describe('`jti` of the token.');
const AccountId = z.string().min(1).max(256).describe('`sub` of its tokens.');
const UnixMs = z.number().nonnegative().describe('Unix time in milliseconds.');

export const RevocationRequest = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('token'),
      id: TokenId,
      expiresAtMs: UnixMs.exactOptional().describe(
        'When the token expires by itself; where absent, as late as any token of now can.',
      ),
      reason: Reason,
    }),
    z.strictObject({
      kind: z.literal('account'),
      id: AccountId,
      issuedBeforeMs: UnixMs.exactOptional().describe('Tokens issued later stay good; now where absent.'),
      reason: Reason,
    }),
  ])
  .describe(
    'POST /v1/revocations (operators): API tokens of accounts are called back: one, or all of an account that were issued before a moment.',
  );

export const Revocation = z
  .object({
    kind: z.enum(['token', 'account']),
    id: z.string().describe('Of a token its `jti`, of an account its id.'),
    issuedBeforeMs: UnixMs.exactOptional().describe('Of an account: its tokens issued before are called back.'),
    madeAtMs: UnixMs,
    expiresAtMs: UnixMs.describe('From then on no token is left that it could be of: it is dropped.'),
    reason: z.string(),
  })
  .describe('API tokens that were called back.');

export const RevocationList = z
  .object({
    count: z.number().int().nonnegative().describe('How many there are.'),
    revocations: z.array(Revocation).describe('The newest thousand, the newest first.'),
  })
  .describe('GET /v1/revocations (viewers): what this region knows to be called back.');
