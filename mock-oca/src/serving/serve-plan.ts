import type { ErrorBody } from '@pressplay/protocol/messages';
import { EXPOSED_HEADERS, OCA_ERRORS, type OcaErrorCode } from '@pressplay/protocol/wire';
import type { WorkKind } from '../admission/work-kind.ts';
import type { ActiveFault } from '../faults/active-fault.ts';

export type PlanBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  /** `endByte` is exclusive. */
  | { readonly kind: 'file'; readonly fileId: string; readonly startByte: number; readonly endByte: number };

/** How to answer one request. A renderer performs it: a Node socket, a `Response`. */
export interface ServePlan {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: PlanBody;
  readonly paceBps?: number | undefined;
  /** What QA switched on for this client and file, at the time of planning. */
  readonly fault?: ActiveFault | undefined;
  /** Whose play this is; absent where the token did not open. */
  readonly claims?: { readonly playId: string; readonly title: string };
  /** What it is for; absent where the token did not open. */
  readonly work?: WorkKind;
  /** The file asked for, once the path is understood. */
  readonly fileId?: string;
  readonly reason: string;
}

export const CORS_HEADERS: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': EXPOSED_HEADERS,
  'Timing-Allow-Origin': '*',
};

export interface ErrorAnswer {
  readonly code: OcaErrorCode;
  readonly message: string;
  readonly context?: ErrorBody['error']['context'];
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error as a plan: an ErrorBody in JSON that scripts of any origin may read. HEAD gets the head alone. */
export function errorPlan(method: string, answer: ErrorAnswer): ServePlan {
  const body: ErrorBody = { error: { code: answer.code, message: answer.message, context: answer.context ?? {} } };
  const text = JSON.stringify(body);
  return {
    status: answer.status ?? OCA_ERRORS[answer.code],
    headers: {
      ...CORS_HEADERS,
      'Cache-Control': 'no-store',
      'Content-Type': 'application/json',
      'Content-Length': String(new TextEncoder().encode(text).length),
      ...answer.headers,
    },
    body: method === 'HEAD' ? { kind: 'none' } : { kind: 'text', text },
    reason: answer.code,
  };
}
