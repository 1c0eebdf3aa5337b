import { z } from 'zod';
import { OcaErrorCodes, PlayApiErrorCodes } from '../wire/error-codes.ts';

export const ApiErrorCode = z.enum(PlayApiErrorCodes);
export const OcaErrorCode = z.enum(OcaErrorCodes);

export const ErrorBody = z
  .object({
    error: z.object({
      code: z.union([ApiErrorCode, OcaErrorCode]),
      message: z.string().describe('What was wrong and what was expected.'),
      context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
      requestId: z.string().exactOptional(),
    }),
  })
  .describe('The body of every error answer, from the control plane and from an OCA.');
