import type { Fault } from '@pressplay/protocol/messages';
import { type AcceptedKey, etagOf, keysAt, type MediaTokenClaims, mtimeSecondsOf } from '@pressplay/protocol/wire';
import { type Admitted, admit } from '../admission/admit.ts';
import { retryAfterS } from '../admission/retry-after.ts';
import { type WorkKind, workKind } from '../admission/work-kind.ts';
import type { FileEntry } from '../disks/disk-store.ts';
import { type ActiveFault, activeFault } from '../faults/active-fault.ts';
import { decideRange } from './byte-range.ts';
import { judgeConditions, rangeMayApply, type Validators } from './conditional.ts';
import type { VerifyToken } from './remembered-tokens.ts';
import { parseTarget } from './request-target.ts';
import { requestedPaceBps } from './requested-pace.ts';
import { CORS_HEADERS, type ErrorAnswer, errorPlan, type ServePlan } from './serve-plan.ts';

export interface RequestHead {
  readonly method: string;
  /** Path and query, exactly as received. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly clientAddress: string;
}

export interface ServingState {
  readonly urlKey: string;
  readonly acceptedUrlKeys?: readonly AcceptedKey[] | undefined;
  readonly verifyToken: VerifyToken;
  readonly fileOf: (fileId: string) => FileEntry | undefined;
  readonly faults: readonly Fault[];
  readonly admission: Admission;
  readonly paceBps?: number | undefined;
  /** `CMSD-Dynamic` for media and for refusals of an overloaded OCA, in duress by a fault or not. */
  readonly cmsdDynamic?: ((playId: string, forcedDuress: boolean) => string) | undefined;
}

export interface Admission {
  readonly connections: number;
  readonly maxConnections: number;
  /** Health says that this OCA takes no more work. */
  readonly shed: boolean;
  /** The worst of disks, processor and memory: 1 is all they have. */
  readonly strainShare: number;
  /** How far what was promised is ahead of the kind's share of the capacity. */
  readonly aheadMs: (kind: WorkKind) => number;
  /** Whether this OCA has served the play of late. */
  readonly isRunning: (playId: string) => boolean;
}

const METHODS = 'GET, HEAD, OPTIONS';
/** Content never changes under its hash; the URL carries a viewer's token, so no shared cache may keep it. */
const CACHE_CONTROL = 'private, max-age=86400, immutable, no-transform';

/**
 * How to answer a media request. `nowMs` is Unix time: tokens expire by it. In order: method, path, faults, token,
 * admission, file, title, conditions, range. Nothing about a file is told to who has no token for it.
 */
export function planResponse(head: RequestHead, state: ServingState, nowMs: number): ServePlan {
  if (head.method === 'OPTIONS') return preflightPlan();
  if (head.method !== 'GET' && head.method !== 'HEAD') return methodPlan(head.method);
  const target = parseTarget(head.target);
  if (!target.ok) return errorPlan(head.method, { code: 'path/invalid', message: target.message });
  const fault = activeFault(state.faults, { clientAddress: head.clientAddress, fileId: target.fileId });
  const plan = planForTarget(head, target, state, fault, nowMs);
  // Spread last throughout: keys that follow a spread cost a microsecond each.
  return { fileId: target.fileId, fault, ...plan };
}

function planForTarget(
  head: RequestHead,
  target: { readonly token: string; readonly fileId: string },
  state: ServingState,
  fault: ActiveFault | undefined,
  nowMs: number,
): ServePlan {
  const refuse = (answer: ErrorAnswer): ServePlan => errorPlan(head.method, answer);
  if (fault?.status !== undefined) return refuse(faultAnswer(fault.status, fault.retryAfterS));
  const keys = keysAt(state.urlKey, state.acceptedUrlKeys, nowMs);
  const token = state.verifyToken(target.token, keys, nowMs / 1000, head);
  if (!token.ok) return refuse({ code: token.code, message: TOKEN_MESSAGES[token.code] });
  const claims = { playId: token.claims.playId, title: token.claims.scope };
  const work = workKind(claims.playId, head.target, state.admission.isRunning);
  const found = find(target.fileId, token.claims, work, state);
  const said = state.cmsdDynamic?.(claims.playId, fault?.duress ?? false);
  // Neighbours that copy a file are not viewers: a pace would only hold up the fill.
  const paceBps = work === 'fill' ? undefined : slower(state.paceBps, requestedPaceBps(head.target));
  const extra = said === undefined ? {} : { 'CMSD-Dynamic': said };
  const plan = 'file' in found ? filePlan(head, found.file, paceBps, extra) : refuse(withHeaders(found.refused, extra));
  return { claims, work, ...plan };
}

type Headers = Readonly<Record<string, string>>;

const withHeaders = (answer: ErrorAnswer, headers: Headers): ErrorAnswer => ({
  ...answer,
  headers: { ...answer.headers, ...headers },
});

function slower(ours: number | undefined, theirs: number | undefined): number | undefined {
  return ours !== undefined && theirs !== undefined ? Math.min(ours, theirs) : (ours ?? theirs);
}

const TOKEN_MESSAGES = {
  'token/malformed': 'The first path segment is not a media token.',
  'token/bad-signature': 'The token was not signed for this fleet, or was altered.',
  'token/expired': 'The token has expired: renew the play.',
  'token/wrong-network': 'The token was given to a client of another network: renew the play.',
} as const;

type Found = { readonly file: FileEntry } | { readonly refused: ErrorAnswer };

function find(fileId: string, claims: MediaTokenClaims, work: WorkKind, state: ServingState): Found {
  const admitted = admit(work, busyness(work, state.admission));
  if (!admitted.admitted) return { refused: overloaded(work, admitted.reason, claims, state.admission) };
  const file = state.fileOf(fileId);
  if (!file)
    return { refused: { code: 'file/unknown', message: 'This OCA does not hold the file.', context: { fileId } } };
  if (file.titleId === claims.scope) return { file };
  const context = { fileId, titleId: claims.scope };
  return { refused: { code: 'token/wrong-title', message: 'The token opens another title.', context } };
}

function busyness(work: WorkKind, { shed, connections, maxConnections, strainShare, aheadMs }: Admission) {
  return { shed, connectionShare: connections / maxConnections, strainShare, aheadMs: aheadMs(work) };
}

type Refusal = Extract<Admitted, { readonly admitted: false }>['reason'];

function overloaded(work: WorkKind, reason: Refusal, { playId }: MediaTokenClaims, admission: Admission): ErrorAnswer {
  const { connections, maxConnections } = admission;
  const retryAfter = retryAfterS(playId);
  return {
    code: 'oca/overloaded',
    message: reason === 'shedding' ? 'This OCA takes no new requests now.' : 'This OCA serves as much as it may.',
    context: { work, reason, connections, maxConnections, retryAfterS: retryAfter },
    headers: { 'Retry-After': String(retryAfter) },
  };
}

function faultAnswer(status: number, retryAfterS: number | undefined): ErrorAnswer {
  return {
    code: 'oca/fault',
    status,
    message: 'A fault is switched on: this status instead of the file.',
    context: { status },
    ...(retryAfterS !== undefined && { headers: { 'Retry-After': String(retryAfterS) } }),
  };
}

/** The answer for a file that this client may have. */
function filePlan(head: RequestHead, file: FileEntry, paceBps: number | undefined, extra: Headers): ServePlan {
  const { fileId, sizeBytes } = file;
  const { validators, headers, media } = factsOf(file);
  const condition = judgeConditions(head.headers, validators);
  if (condition === 'not-modified')
    return { status: 304, headers: { ...extra, ...headers }, body: { kind: 'none' }, reason: 'not-modified' };
  if (condition === 'failed') return preconditionFailed(head, extra);
  // Also for HEAD, as nginx does: it tells the length that GET would send.
  const rangeHeader = rangeMayApply(head.headers['if-range'], validators) ? head.headers.range : undefined;
  const range = decideRange(rangeHeader, sizeBytes);
  if (range.kind === 'unsatisfiable') return unsatisfiable(head, file, range.reason, extra);
  if (range.kind === 'part') {
    const { startByte, endByte } = range;
    const contentRange = `bytes ${startByte}-${endByte - 1}/${sizeBytes}`;
    const own = { 'Content-Range': contentRange, 'Content-Length': String(endByte - startByte) };
    return {
      status: 206,
      headers: { ...own, ...extra, ...media },
      body: head.method === 'HEAD' ? { kind: 'none' } : { kind: 'file', fileId, startByte, endByte },
      paceBps,
      reason: 'range',
    };
  }
  const body =
    head.method === 'HEAD'
      ? ({ kind: 'none' } as const)
      : ({ kind: 'file', fileId, startByte: 0, endByte: sizeBytes } as const);
  return {
    status: 200,
    headers: { 'Content-Length': String(sizeBytes), ...extra, ...media },
    body,
    paceBps,
    reason: range.reason,
  };
}

function unsatisfiable(head: RequestHead, file: FileEntry, reason: string, extra: Headers): ServePlan {
  const range = (head.headers.range ?? '').slice(0, 100);
  return errorPlan(head.method, {
    code: 'range/unsatisfiable',
    message: 'No byte of the file lies in the range asked for.',
    context: { range, sizeBytes: file.sizeBytes, reason },
    headers: { 'Content-Range': `bytes */${file.sizeBytes}`, ...extra },
  });
}

function preconditionFailed(head: RequestHead, headers: Headers): ServePlan {
  return errorPlan(head.method, {
    code: 'request/precondition-failed',
    message: 'The file is not the one that If-Match or If-Unmodified-Since asks for.',
    headers,
  });
}

interface FileFacts {
  readonly validators: Validators;
  readonly headers: Readonly<Record<string, string>>;
  /** The same where media follows. */
  readonly media: Readonly<Record<string, string>>;
}

/** They never change, and writing them anew costs a tenth of a small answer. */
const knownFacts = new WeakMap<FileEntry, FileFacts>();

function factsOf(file: FileEntry): FileFacts {
  const known = knownFacts.get(file);
  if (known) return known;
  const validators = { etag: etagOf(file.fileId, file.sizeBytes), modifiedAtS: mtimeSecondsOf(file.fileId) };
  const headers = {
    ...CORS_HEADERS,
    'Accept-Ranges': 'bytes',
    'Cache-Control': CACHE_CONTROL,
    ETag: validators.etag,
    'Last-Modified': new Date(validators.modifiedAtS * 1000).toUTCString(),
  };
  const facts = { validators, headers, media: { ...headers, 'Content-Type': file.contentType ?? 'video/mp4' } };
  knownFacts.set(file, facts);
  return facts;
}

function preflightPlan(): ServePlan {
  return {
    status: 204,
    headers: {
      ...CORS_HEADERS,
      Allow: METHODS,
      'Access-Control-Allow-Methods': METHODS,
      'Access-Control-Allow-Headers':
        'Range, If-Range, If-None-Match, If-Modified-Since, CMCD-Object, CMCD-Request, CMCD-Session, CMCD-Status',
      'Access-Control-Max-Age': '86400',
    },
    body: { kind: 'none' },
    reason: 'preflight',
  };
}

function methodPlan(method: string): ServePlan {
  return errorPlan(method, {
    code: 'request/method-not-allowed',
    message: `An OCA answers ${METHODS}.`,
    context: { method: method.slice(0, 20) },
    headers: { Allow: METHODS },
  });
}
