interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
}

/** What hosts offer for a macrotask turn; the core's compiler settings know neither. */
interface MacrotaskHost {
  readonly setImmediate?: (callback: () => void) => unknown;
  readonly MessageChannel?: new () => { readonly port1: Port; readonly port2: Port };
}

const nextTurn = macrotaskScheduler(globalThis as unknown as MacrotaskHost);

/** One macrotask turn: every promise and stream step already due runs before it, however long the chain. */
export function settle(): Promise<void> {
  return new Promise((resolve) => nextTurn(resolve));
}

export function macrotaskScheduler(host: MacrotaskHost): (callback: () => void) => void {
  const { setImmediate, MessageChannel } = host;
  if (setImmediate) return (callback) => void setImmediate(callback);
  if (!MessageChannel)
    throw new Error('This host has neither setImmediate nor MessageChannel: virtual time cannot settle.');
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return (callback) => {
    waiting.push(callback);
    port2.postMessage(null);
  };
}
