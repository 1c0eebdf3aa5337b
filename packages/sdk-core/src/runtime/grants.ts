import type { PlayResponse } from '@pressplay/protocol/messages';
import type { DeliveryGrant } from './delivery-listener.ts';

/** What the answer to a play request grants. */
export function firstGrant(response: PlayResponse, nowMs: number): DeliveryGrant {
  const fileServers: Record<string, readonly number[]> = {};
  for (const set of response.fileSets) {
    for (const { fileId } of set.renditions) fileServers[fileId] = set.servers;
  }
  const { token, expiresInMs, servers, indexFile } = response;
  if (indexFile) fileServers[indexFile.fileId] = indexFile.servers;
  return { token, expiresAtMs: nowMs + expiresInMs, servers, fileServers };
}

/** A file that only avoided servers hold keeps them. */
export function withoutServers(grant: DeliveryGrant, avoided: ReadonlySet<string>): DeliveryGrant {
  if (avoided.size === 0) return grant;
  const fileServers: Record<string, readonly number[]> = {};
  for (const [fileId, servers] of Object.entries(grant.fileServers)) {
    const others = servers.filter((server) => !avoided.has(grant.servers[server]?.ocaId ?? ''));
    fileServers[fileId] = others.length > 0 ? others : servers;
  }
  return { ...grant, fileServers };
}

/** Something that comes once, and whoever waits for it. */
export function nextTime(): { readonly came: Promise<void>; readonly tell: () => void } {
  let tell = (): void => {};
  const came = new Promise<void>((resolve) => {
    tell = resolve;
  });
  return { came, tell };
}
