import type { IndexFile, Languages, ManifestUrls, TelemetryTarget } from '@pressplay/protocol/messages';
import type { CatalogEntry } from '../catalog/catalog.ts';
import type { Client } from './client-of.ts';
import { joinJson } from './join-json.ts';
import type { Playable } from './playable.ts';

export interface PlayAnswer {
  readonly playId: string;
  readonly region: string;
  readonly entry: CatalogEntry;
  readonly playable: Playable;
  readonly client: Client;
  readonly token: string;
  readonly expiresInMs: number;
  /** The JSON of each server. */
  readonly servers: readonly string[];
  readonly refreshInMs: number;
  readonly indexFile: IndexFile | undefined;
  readonly languages: Languages;
  readonly telemetry: TelemetryTarget | undefined;
  readonly manifests: ManifestUrls | undefined;
  readonly fileSets: readonly { readonly servers: readonly number[]; readonly fileIds: readonly string[] }[];
}

/**
 * A PlayResponse as JSON in UTF-8. What all plays have in common is text already: names come through JSON, numbers and
 * what this region made up itself (ids, tokens) need none.
 */
export function answerJson(answer: PlayAnswer): Uint8Array<ArrayBuffer> {
  const { playId, region, entry, client, token, expiresInMs, servers, refreshInMs } = answer;
  const { titleId, name, durationMs } = entry.title;
  const head =
    `{"playId":"${playId}","titleId":"${titleId}","titleName":${JSON.stringify(name)},"durationMs":${durationMs}` +
    `,"region":${JSON.stringify(region)},"client":${JSON.stringify(client.network)}` +
    `,"token":"${token}","expiresInMs":${expiresInMs},"servers":[${servers.join()}],"refreshInMs":${refreshInMs}` +
    field('indexFile', answer.indexFile) +
    field('languages', answer.languages) +
    field('telemetry', answer.telemetry) +
    field('manifests', answer.manifests);
  return joinJson([`${head},"fileSets":[`, ...fileSetsJson(answer), ']}']);
}

const field = (name: string, value: object | undefined): string =>
  value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`;

function fileSetsJson({ fileSets, playable, entry }: PlayAnswer): (string | Uint8Array)[] {
  const parts: (string | Uint8Array)[] = [];
  for (const { servers, fileIds } of fileSets) {
    const pieces =
      fileIds.length === playable.fileIds.length ? playable.pieces : piecesOf(fileIds, playable, entry.renditionJson);
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

function piecesOf(
  fileIds: readonly string[],
  { renditions }: Playable,
  renditionJson: CatalogEntry['renditionJson'],
): readonly Uint8Array[] {
  const ids = new Set<string>();
  for (const { fileId, renditionId } of renditions) if (fileIds.includes(fileId)) ids.add(renditionId);
  return renditionJson.pieces((id) => ids.has(id));
}
