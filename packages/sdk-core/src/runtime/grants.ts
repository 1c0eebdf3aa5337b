import type { PlayRenewal, PlayResponse } from '@pressplay/protocol/messages';
import type { DeliveryGrant } from './delivery-listener.ts';

/** What a region's answer grants: of a play request or of a renewal. */
export function grantOf(answer: PlayResponse | PlayRenewal, nowMs: number): DeliveryGrant {
  const { token, expiresInMs, servers } = answer;
  const fileServers = 'fileServers' in answer ? answer.fileServers : fileServersOf(answer);
  return { token, expiresAtMs: nowMs + expiresInMs, servers, fileServers };
}

function fileServersOf({ fileSets, indexFile }: PlayResponse): DeliveryGrant['fileServers'] {
  const fileServers: Record<string, readonly number[]> = {};
  for (const set of fileSets) {
    for (const { fileId } of set.renditions) fileServers[fileId] = set.servers;
  }
  if (indexFile) fileServers[indexFile.fileId] = indexFile.servers;
  return fileServers;
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
