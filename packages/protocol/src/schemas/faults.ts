import { z } from 'zod';
import { FileId, OcaId } from './primitives.ts';

const scope = {
  clientPrefix: z.string().exactOptional().describe('Only clients whose address starts so.'),
  fileId: FileId.exactOptional().describe('Only this file.'),
};

export const Fault = z
  .discriminatedUnion('kind', [
    z
      .object({ kind: z.literal('latency'), delayMs: z.number().nonnegative(), ...scope })
      .describe('Headers come late.'),
    z.object({ kind: z.literal('rate'), rateBps: z.number().positive(), ...scope }).describe('Each response is slow.'),
    z
      .object({ kind: z.literal('stall'), afterBytes: z.number().nonnegative(), ...scope })
      .describe('Accepts, sends so many bytes of the body (0: not even headers), then nothing.'),
    z
      .object({ kind: z.literal('reset'), afterBytes: z.number().nonnegative(), ...scope })
      .describe('The connection is reset after so many bytes of the body.'),
    z
      .object({
        kind: z.literal('status'),
        status: z.number().int().min(400).max(599),
        retryAfterS: z.number().int().positive().exactOptional(),
        ...scope,
      })
      .describe('An error instead of the file.'),
    z
      .object({ kind: z.literal('corrupt'), everyBytes: z.number().int().positive(), ...scope })
      .describe('One wrong byte in so many.'),
    z
      .object({ kind: z.literal('duress'), ...scope })
      .describe('Serves as ever, and asks players to leave (`du` in `CMSD-Dynamic`).'),
  ])
  .describe('What QA may switch on at an OCA.');

export const FaultList = z
  .object({ faults: z.array(Fault) })
  .describe(
    'PUT /control/faults on an OCA: replaces the faults that are on. Empty means none; running responses feel the change too.',
  );

export const RoutesStatus = z
  .object({
    source: z.enum(['static', 'file', 'bgp']),
    announced: z.number().int().describe('Prefixes that the regions are told of.'),
    refused: z.record(z.string(), z.number().int()).describe('Learned, but not announced: how many, by reason.'),
    sessions: z
      .array(
        z.object({
          name: z.string(),
          state: z
            .enum(['up', 'settling', 'held', 'down'])
            .describe('held: lost, its last routes count on; settling: back, and not all is told again.'),
          reason: z.string().describe("In the daemon's words."),
          routes: z.number().int(),
          sinceMs: z.number().describe('Unix time.'),
        }),
      )
      .describe('With routers.'),
    error: z.object({ code: z.string(), message: z.string() }).exactOptional(),
  })
  .describe('Where the routes of an OCA come from, and how that goes.');

export const OcaControlStatus = z
  .object({
    ocaId: OcaId,
    faults: z.array(Fault),
    fileCount: z.number().int(),
    connections: z.number().int(),
    trafficBps: z.number(),
    servedBytes: z.number(),
    verdict: z.string(),
    routes: RoutesStatus.exactOptional(),
  })
  .describe('GET /control/status on an OCA.');
