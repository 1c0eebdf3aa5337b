import type { Clock, Http } from './deps.ts';

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
  ports: { readonly clock: Clock; readonly http: Http },
  call: ControlCall,
  limitMs: number,
  stop?: AbortSignal,
): Promise<unknown> {
  const exchange = async (signal: AbortSignal): Promise<unknown> => {
    const headers: Record<string, string> = { authorization: `Bearer ${call.bearer}` };
    if (call.body !== undefined) headers['content-type'] = 'application/json';
    const body = call.body === undefined ? null : JSON.stringify(call.body);
    const response = await ports.http(new Request(call.url, { method: call.method, headers, body, signal }));
    const text = await response.text();
    if (!response.ok)
      throw new Error(`${call.method} ${call.url} was answered with ${response.status}: ${text.slice(0, 200)}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return withDeadline(ports.clock, limitMs, exchange, stop);
}
