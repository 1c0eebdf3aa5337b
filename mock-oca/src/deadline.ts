import type { Clock, Http, TextHttp } from './deps.ts';

export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/**
 * Runs `work` for at most `limitMs`, or until `stop` fires. Its signal fires then, and the promise rejects even when
 * `work` does not listen.
 */
export function withDeadline<T>(
  clock: Clock,
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
  stop?: AbortSignal,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const controller = new AbortController();
    const give = (error: Error): void => {
      cancel();
      stop?.removeEventListener('abort', onStop);
      reject(error);
      controller.abort(error);
    };
    const onStop = (): void => give(new DeadlineExceeded('Stopped.'));
    const cancel = clock.schedule(limitMs, () => give(new DeadlineExceeded(`No answer within ${limitMs} ms.`)));
    const settle = <A>(then: (value: A) => void) => {
      return (value: A): void => {
        cancel();
        stop?.removeEventListener('abort', onStop);
        then(value);
      };
    };
    stop?.addEventListener('abort', onStop);
    if (stop?.aborted) return onStop();
    work(controller.signal).then(settle(resolve), settle(reject));
  });
}

export interface ControlCall {
  readonly method: 'GET' | 'PUT';
  readonly url: string;
  readonly bearer: string;
  readonly body?: unknown;
}

/** One JSON exchange with the control plane. Rejects unless it is answered with 2xx within the limit. */
export function callControlPlane(
  ports: { readonly clock: Clock; readonly http: Http; readonly textHttp?: TextHttp },
  { method, url, bearer, body }: ControlCall,
  limitMs: number,
  stop?: AbortSignal,
): Promise<unknown> {
  const textHttp = ports.textHttp ?? textOver(ports.http);
  const headers: Record<string, string> = { authorization: `Bearer ${bearer}` };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const call = { method, url, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const exchange = async (signal: AbortSignal): Promise<unknown> => {
    const { status, text } = await textHttp(call, signal);
    if (status < 200 || status > 299)
      throw new Error(`${method} ${url} was answered with ${status}: ${text.slice(0, 200)}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return withDeadline(ports.clock, limitMs, exchange, stop);
}

function textOver(http: Http): TextHttp {
  return async ({ url, ...init }, signal) => {
    const response = await http(new Request(url, { ...init, signal }));
    return { status: response.status, text: await response.text() };
  };
}
