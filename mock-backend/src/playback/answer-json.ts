import type { ManifestUrls, TelemetryTarget } from '@pressplay/protocol/messages';
import type { Client } from './client-of.ts';
import { joinJson } from './join-json.ts';
import type { Playable } from './playable.ts';

export interface PlayAnswer {
  readonly playId: string;
  readonly region: string;
  readonly playable: Playable;
  readonly client: Client;
  readonly token: string;
  readonly expiresInMs: number;
  /** The JSON of the servers, one after the other. */
  readonly serversJson: string;
  readonly refreshInMs: number;
  /** Places among the servers, of those who hold the index of a long film. */
  readonly indexServers: readonly number[];
  readonly languagesJson: string;
  readonly telemetry: TelemetryTarget | undefined;
  readonly manifests: ManifestUrls | undefined;
  readonly fileSets: readonly { readonly servers: readonly number[]; readonly fileIds: readonly string[] }[];
}

/**
 * A PlayResponse as JSON in UTF-8. What all plays have in common is text already: names come through JSON, numbers and
 * what this region made up itself (ids, tokens) need none.
 */
export function answerJson(answer: PlayAnswer): Uint8Array<ArrayBuffer> {
  const { playId, region, playable, client, token, expiresInMs, serversJson, refreshInMs } = answer;
  const { titleJson, indexFileJson } = playable;
  const head =
    `{"playId":"${playId}",${titleJson},"region":${JSON.stringify(region)},"client":${client.networkJson}` +
    `,"token":"${token}","expiresInMs":${expiresInMs},"servers":[${serversJson}],"refreshInMs":${refreshInMs}` +
    (indexFileJson === undefined ? '' : `,"indexFile":${indexFileJson}${answer.indexServers.join()}]}`) +
    `,"languages":${answer.languagesJson}` +
    telemetryJson(answer.telemetry) +
    (answer.manifests ? `,"manifests":${JSON.stringify(answer.manifests)}` : '');
  return joinJson([`${head},"fileSets":[`, ...fileSetsJson(answer), ']}']);
}

/** Its path ends in the token: nothing in it needs JSON. */
const telemetryJson = (target: TelemetryTarget | undefined): string =>
  target ? `,"telemetry":{"url":"${target.url}","intervalMs":${target.intervalMs}}` : '';

function fileSetsJson({ fileSets, playable }: PlayAnswer): (string | Uint8Array)[] {
  const parts: (string | Uint8Array)[] = [];
  for (const { servers, fileIds } of fileSets) {
    const pieces = fileIds.length === playable.fileIds.length ? playable.pieces : piecesOf(fileIds, playable);
    // A set of subtitles alone is named with them.
    if (pieces.length === 0) continue;
    let before = `${parts.length === 0 ? '' : ','}{"servers":[${servers.join()}],"renditions":[`;
    for (const piece of pieces) {
      parts.push(before, piece);
      before = ',';
    }
    parts.push(']}');
  }
  return parts;
}

function piecesOf(fileIds: readonly string[], { entry, renditionIds, fileIds: all }: Playable): readonly Uint8Array[] {
  const ids = renditionIds.filter((_, at) => fileIds.includes(all[at] ?? ''));
  return entry.renditionJson.pieces((id) => ids.includes(id));
}
