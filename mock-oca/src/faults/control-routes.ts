import { schemas } from '@pressplay/protocol';
import type { ErrorBody, Fault, HealthReport, OcaControlStatus } from '@pressplay/protocol/messages';
import { OCA_ERRORS, type OcaErrorCode } from '@pressplay/protocol/wire';
import { Hono } from 'hono';
import { METRICS_TYPE } from '../health/metrics-text.ts';
import type { OcaConfig } from '../oca-config.ts';
import { MAX_BODY_BYTES } from './control-target.ts';

export interface ControlPort {
  isControlToken(token: string): boolean;
  status(): OcaControlStatus;
  health(): HealthReport;
  /** In Prometheus' text format. */
  metrics(): string;
  setFaults(faults: readonly Fault[]): void;
}

/** `/control/...` and `/metrics`: what QA and the supervisor ask and switch. */
export function createControlRoutes(port: ControlPort): Hono {
  const app = new Hono();
  app.get('/control/status', (context) => context.json(port.status()));
  app.get('/control/health', (context) => context.json(port.health()));
  const mayControl = (authorization = ''): boolean => {
    const [, token = ''] = /^Bearer (.*)$/.exec(authorization) ?? [];
    return port.isControlToken(token);
  };
  app.get('/metrics', (context) => {
    if (!mayControl(context.req.header('authorization')))
      return failure('auth/invalid', 'GET /metrics needs the control token as bearer.');
    return context.body(port.metrics(), 200, { 'Content-Type': METRICS_TYPE });
  });
  app.put('/control/faults', async (context) => {
    if (!mayControl(context.req.header('authorization')))
      return failure('auth/invalid', 'PUT /control/faults needs the control token as bearer.');
    const text = await readText(context.req.raw);
    if (text === undefined)
      return failure('request/invalid', `The body must not be longer than ${MAX_BODY_BYTES} bytes.`);
    const json = parseJson(text);
    if (json === undefined) return failure('request/malformed-json', 'The body must be JSON.');
    const parsed = schemas.FaultList.safeParse(json.value);
    if (!parsed.success)
      return failure('request/invalid', 'The body must be a FaultList.', issuesOf(parsed.error.issues));
    port.setFaults(parsed.data.faults);
    return context.json(port.status());
  });
  app.notFound(() =>
    failure(
      'path/invalid',
      'There is no such control route: see /control/status, /control/health and /control/faults.',
    ),
  );
  app.onError((error) => failure('request/invalid', `The request could not be answered: ${error.message}`));
  return app;
}

function failure(code: OcaErrorCode, message: string, issues: readonly string[] = []): Response {
  const body: ErrorBody = { error: { code, message, context: issues.length > 0 ? { issues: [...issues] } : {} } };
  return Response.json(body, { status: OCA_ERRORS[code], headers: { 'Cache-Control': 'no-store' } });
}

function issuesOf(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): string[] {
  return issues.slice(0, 10).map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`);
}

async function readText(request: Request): Promise<string | undefined> {
  const reader = request.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let sizeBytes = 0;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    sizeBytes += part.value.length;
    if (sizeBytes > MAX_BODY_BYTES) {
      await reader?.cancel();
      return undefined;
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

/** The control token of now, or one of a key on its way in or out. */
export function opensControl(
  { controlToken, acceptedControlTokens = [] }: Pick<OcaConfig, 'controlToken' | 'acceptedControlTokens'>,
  given: string,
  wallMs: number,
): boolean {
  if (isSame(given, controlToken)) return true;
  return acceptedControlTokens.some(
    ({ token, acceptUntilMs = Number.POSITIVE_INFINITY }) => wallMs < acceptUntilMs && isSame(given, token),
  );
}

/** In a time that does not depend on where the two differ. */
function isSame(given: string, token: string): boolean {
  let difference = given.length ^ token.length;
  for (let at = 0; at < token.length; at++) difference |= (given.charCodeAt(at) || 0) ^ token.charCodeAt(at);
  return difference === 0;
}
