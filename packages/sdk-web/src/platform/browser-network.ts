import type { NetworkInfo } from '@pressplay/sdk-core';

/** The part of the Network Information API that is used; Chromium has it, others do not. */
export interface ConnectionFacts {
  readonly type?: string;
  readonly saveData?: boolean;
}

/** What the browser says of its connection: nothing, where it has no Network Information API. */
export function browserNetwork(connection: () => ConnectionFacts | undefined = ofThisBrowser): NetworkInfo {
  return {
    current() {
      const facts = connection();
      const kind = facts?.type === 'unknown' || facts?.type === 'none' ? undefined : facts?.type;
      return { kind, savesData: facts?.saveData };
    },
  };
}

function ofThisBrowser(): ConnectionFacts | undefined {
  return (globalThis.navigator as (Navigator & { connection?: ConnectionFacts }) | undefined)?.connection;
}
