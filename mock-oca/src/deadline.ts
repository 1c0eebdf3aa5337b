import type { Clock, Http, TextAnswer, TextHttp } from './deps.ts';

export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

/** Something under way that can be given up. */
export interface Cancellable<T> {
  readonly answer: Promise<T>;
  cancel(reason: Error): void;
}

/** Begins `work` and waits for it for at most `limitMs`, or until `stop` fires. Then it is cancelled, and this rejects. */
export function withDeadline<T>(
  clock: Clock,
  limitMs: number,
  begin: () => Cancellable<T>,
  stop?: AbortSignal,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (stop?.aborted) {
      reject(new DeadlineExceeded('Stopped.'));
      return;
    }
    const release = (): void => {
      cancelTimer();
      stop?.removeEventListener('abort', onStop);
    };
    const give = (error: Error): void => {
      release();
      reject(error);
      work.cancel(error);
    };
    const onStop = (): void => give(new DeadlineExceeded('Stopped.'));
    const cancelTimer = clock.schedule(limitMs, () => give(new DeadlineExceeded(`No answer within ${limitMs} ms.`)));
    stop?.addEventListener('abort', onStop);
    const work = begin();
    work.answer.then(
      (value) => {
        release();
        resolve(value);
      },
      (error: unknown) => {
        release();
        reject(error);
      },
    );
  });
}

/** For work that nobody can cancel. */
export const uncancellable = <T>(answer: Promise<T>): Cancellable<T> => ({ answer, cancel: () => {} });

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
  const read = ({ status, text }: TextAnswer): unknown => {
    if (status < 200 || status > 299)
      throw new Error(`${method} ${url} was answered with ${status}: ${text.slice(0, 200)}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return withDeadline(ports.clock, limitMs, () => textHttp(call), stop).then(read);
}

function textOver(http: Http): TextHttp {
  return ({ url, ...init }) => {
    const controller = new AbortController();
    const ask = async (): Promise<TextAnswer> => {
      const response = await http(new Request(url, { ...init, signal: controller.signal }));
      return { status: response.status, text: await response.text() };
    };
    return { answer: ask(), cancel: (reason) => controller.abort(reason) };
  };
}
