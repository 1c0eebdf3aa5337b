import { z } from 'zod';
import { OcaId, PlayId, RegionId, TitleId } from './primitives.ts';

const count = z.number().int().nonnegative();
const durationMs = z.number().nonnegative();
const counts = z.record(z.string(), count);

export const TelemetryTarget = z
  .object({
    url: z
      .string()
      .min(1)
      .max(2048)
      .describe('Where reports go: a path that every region answers, or an absolute URL. Needs no header.'),
    intervalMs: z.number().min(1000).describe('Time between two reports of a play to which nothing happens.'),
  })
  .describe(
    'Where a player sends CMCD events: lines of `application/cmcd`, sent as text/plain so that no preflight comes first.',
  );

export const QoeSummary = z
  .object({
    outcome: z
      .enum(['running', 'ended', 'stopped', 'failed', 'abandoned'])
      .describe('`abandoned`: given up before the first picture.'),
    elapsedMs: durationMs.describe(
      'From the load to now, or to the end: the sum of all the durations below but startupMs.',
    ),
    startingMs: durationMs.describe('Waiting for the first picture, while it was wanted.'),
    playingMs: durationMs,
    pausedMs: durationMs.describe('By wish, before the start, and after the end.'),
    seekingMs: durationMs,
    rebufferMs: durationMs.describe('The picture stood though it should move; a running stall included.'),
    startupMs: durationMs.exactOptional().describe('startingMs once there was a picture.'),
    rebufferCount: count,
    longestRebufferMs: durationMs,
    rebufferRatio: z.number().min(0).max(1).describe('rebufferMs of rebufferMs and playingMs.'),
    averageBps: z.number().nonnegative().exactOptional().describe('Of the video shown, by the time it played.'),
    averageHeightPx: z.number().nonnegative().exactOptional(),
    switchUpCount: count,
    switchDownCount: count,
    switchedBps: z.number().nonnegative().describe('Sum of the differences, up and down.'),
    seekCount: count.describe('Scrubbing counts once.'),
    errorCount: count,
    errorCodes: z.array(z.string()).max(8).describe('The first ones, each once.'),
    moves: counts.describe('Changes of the preferred server, by reason.'),
    handOvers: counts.describe('Ranges that went on at another server, by reason.'),
    deliveredBytes: count,
    bytesByServer: z.record(OcaId, count).describe('Of finished answers.'),
    wastedBytes: z.object({ lost: count, raced: count, replaced: count, probe: count }),
    droppedFrames: count.exactOptional(),
  })
  .describe('Quality of experience of one play so far.');

export const PlayReport = z
  .object({
    playId: PlayId,
    titleId: TitleId,
    state: z.string().exactOptional().describe("CMCD's `sta` as last heard."),
    heardAtMs: z.number().describe('Unix time in milliseconds.'),
    eventCount: count,
    errorCodes: z.array(z.string()),
    qoe: QoeSummary.exactOptional(),
  })
  .describe('What a region heard of one play.');

export const TitleViews = z
  .object({
    titleId: TitleId,
    views: count.describe('Plays that came to a picture.'),
    playingMs: durationMs,
    rebufferMs: durationMs,
    errorCount: count,
  })
  .describe('What a region heard of the plays of one title.');

export const TelemetryReport = z
  .object({
    region: RegionId,
    titles: z.array(TitleViews),
    plays: z.array(PlayReport).describe('The latest, newest first.'),
  })
  .describe('GET /v1/telemetry (operators): what the players of this region reported since it started.');
