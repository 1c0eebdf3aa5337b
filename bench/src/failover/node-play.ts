import {
  type ByteReader,
  EVERY_CODEC,
  HeadlessEngine,
  type HttpClient,
  nodeClock,
  nodeHttpClient,
  nodeRandom,
  Player,
} from '@pressplay/sdk-node';
import { beginTransfer, type Transfer, unixNowMs } from '../browser/transfers.ts';
import type { Lane } from './lane-fleet.ts';
import { BUFFER_GOAL_S, type Moment, type WatchedPlay } from './watched-play.ts';

const SAMPLE_MS = 50;

/** `sdk-node` as its `createPlayer` puts it together, with a counter around its HTTP. */
export async function playInNode({ fleet, title }: Lane): Promise<WatchedPlay> {
  const bufferGoalMs = BUFFER_GOAL_S * 1000;
  const transfers: Transfer[] = [];
  const moments: Moment[] = [];
  const failures: string[] = [];
  const engine = new HeadlessEngine({ clock: nodeClock, bufferGoalMs });
  const player = new Player(
    { regions: fleet.regions, accessToken: await fleet.accessToken(), device: EVERY_CODEC, bufferGoalMs },
    { clock: nodeClock, http: counted(nodeHttpClient(), transfers), random: nodeRandom, engine },
  );
  player.on('error', ({ error }) => failures.push(`${error.code}: ${error.message}`));
  const now = (): Moment => {
    const { positionMs, bufferAheadMs, ended } = engine.snapshot();
    return { atMs: unixNowMs(), positionS: positionMs / 1000, bufferedS: bufferAheadMs / 1000, ended };
  };
  const timer = setInterval(() => moments.push(now()), SAMPLE_MS);
  await player.load(title.titleId);
  return {
    transfers,
    now: async () => now(),
    moments: async () => moments,
    failures: async () => failures,
    screenshot: async () => undefined,
    close: async () => {
      clearInterval(timer);
      player.destroy();
    },
  };
}

function counted(http: HttpClient, transfers: Transfer[]): HttpClient {
  return async (request) => {
    const transfer =
      request.method === 'GET' ? beginTransfer(request.url, request.headers?.Range, unixNowMs()) : undefined;
    if (!transfer) return http(request);
    transfers.push(transfer);
    try {
      const response = await http(request);
      return { ...response, header: (name) => response.header(name), body: countedBody(response.body, transfer) };
    } catch (error) {
      transfer.endedAtMs ??= unixNowMs();
      throw error;
    }
  };
}

function countedBody(body: ByteReader, transfer: Transfer): ByteReader {
  return {
    async read() {
      try {
        const chunk = await body.read();
        transfer.receivedBytes += chunk?.length ?? 0;
        if (!chunk) transfer.endedAtMs ??= unixNowMs();
        return chunk;
      } catch (error) {
        transfer.endedAtMs ??= unixNowMs();
        throw error;
      }
    },
    cancel() {
      transfer.endedAtMs ??= unixNowMs();
      body.cancel();
    },
  };
}
