import { settle } from '@pressplay/sdk-core/testing';

interface Host {
  readonly process?: { nextTick?(callback: () => void): void };
}

/** Now and then the event loop gets its turn, so that output, signals and timeouts of the host are not starved. */
const TURN_EVERY = 1000;

/**
 * Resolves when every promise already due has run, however long the chain. Node runs a tick after the last microtask:
 * a third of the price of a macrotask turn, and enough where nothing waits for real timers, files or sockets.
 */
export function drainFor(host: Host = globalThis as Host): () => Promise<void> {
  const { process } = host;
  if (!process?.nextTick) return settle;
  const soon = Promise.resolve();
  let count = 0;
  return () => {
    if (++count % TURN_EVERY === 0) return settle();
    // From within a microtask: a tick that is asked for by a macrotask would come before the promises.
    return new Promise((resolve) => void soon.then(() => process.nextTick?.(resolve)));
  };
}
