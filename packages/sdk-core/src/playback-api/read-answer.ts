import type { PlayRenewal, PlayResponse } from '@pressplay/protocol/messages';
import { isPlayApiErrorCode, PlayerError, type PlayerErrorContext } from '../errors/player-error.ts';
import {
  eitherBy,
  isRecord,
  listOf,
  natural,
  notNegative,
  object,
  optional,
  positive,
  recordOf,
  type Shape,
  text,
} from './shape.ts';

const server = object({ ocaId: text, siteId: text, siteClass: text, baseUrl: text, rank: natural });
const grant = {
  playId: text,
  token: text,
  expiresInMs: positive,
  servers: listOf(server, { min: 1, max: 10 }),
  refreshInMs: optional(positive),
};

const index = object({
  initBase64: text,
  initEnd: natural,
  offset0: natural,
  sizes: listOf(natural, { min: 1 }),
  durationsMs: listOf(positive, { min: 1 }),
});
const file = {
  renditionId: text,
  fileId: text,
  etag: text,
  sizeBytes: natural,
  codec: text,
  averageBps: notNegative,
  peakBps: notNegative,
  index,
};
const rendition = eitherBy('kind', {
  video: object({ ...file, video: object({ widthPx: positive, heightPx: positive, frameRate: positive }) }),
  audio: object({ ...file, audio: object({ language: text, channels: positive }) }),
});
const holders = listOf(natural, { min: 1 });
const fileSet = object({ servers: holders, renditions: listOf(rendition, { min: 1 }) });

const playResponse = object({
  ...grant,
  titleId: text,
  titleName: text,
  durationMs: positive,
  region: text,
  fileSets: listOf(fileSet, { min: 1 }),
  indexFile: optional(object({ fileId: text, etag: text, sizeBytes: natural, checksum: natural, servers: holders })),
});
const playRenewal = object({ ...grant, fileServers: recordOf(listOf(natural)) });

/** @throws PlayerError `region/bad-response` where the text is no play response. */
export function readPlayResponse(body: string): PlayResponse {
  const response = read<PlayResponse>(body, playResponse);
  const { fileSets, indexFile, servers } = response;
  for (const set of [...fileSets, ...(indexFile ? [indexFile] : [])]) requireServers(set.servers, servers.length);
  return response;
}

/** @throws PlayerError `region/bad-response` where the text is no renewal. */
export function readPlayRenewal(body: string): PlayRenewal {
  const renewal = read<PlayRenewal>(body, playRenewal);
  for (const servers of Object.values(renewal.fileServers)) requireServers(servers, renewal.servers.length);
  return renewal;
}

/** The typed error in a body; undefined where it holds none that the contract knows. */
export function readApiError(status: number, body: string): PlayerError | undefined {
  const answer = parse(body);
  const error = isRecord(answer) ? answer.error : undefined;
  if (!isRecord(error) || typeof error.code !== 'string' || !isPlayApiErrorCode(error.code)) return undefined;
  const said = typeof error.message === 'string' ? error.message : 'The backend refused.';
  const requestId = typeof error.requestId === 'string' ? { requestId: error.requestId } : {};
  return new PlayerError(error.code, said, { ...plainContext(error.context), ...requestId, httpStatus: status });
}

function read<T>(body: string, shape: Shape): T {
  const value = parse(body);
  const problem = value === undefined ? 'the body is not JSON' : shape(value, 'answer');
  if (problem === undefined) return value as T;
  throw badAnswer(problem);
}

function requireServers(indices: readonly number[], count: number): void {
  const wrong = indices.find((at) => at >= count);
  if (wrong !== undefined) throw badAnswer(`server ${wrong} of ${count} does not exist`);
}

function badAnswer(problem: string): PlayerError {
  return new PlayerError('region/bad-response', `The region's answer is not the contract: ${problem}.`, { problem });
}

/** Only values that a context may hold, and nothing that could be a secret. */
function plainContext(context: unknown): PlayerErrorContext {
  if (!isRecord(context)) return {};
  const plain: Record<string, string | number | boolean | readonly string[]> = {};
  for (const [key, value] of Object.entries(context)) {
    if (/token|authorization/i.test(key)) continue;
    const isList = Array.isArray(value) && value.every((entry) => typeof entry === 'string');
    if (isList || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      plain[key] = value;
  }
  return plain;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
