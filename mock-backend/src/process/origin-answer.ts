import { ApiError } from '../api-error.ts';
import type { Origin } from '../origin/origin.ts';
import type { OriginAnswer } from '../ports.ts';

/** Whole files out of the origin, for OCAs that fill. */
export function originAnswer(origin: Pick<Origin, 'read'>): OriginAnswer {
  return async (_request, { fileId, titleId }) => {
    const file = await origin.read(fileId);
    if (!file) throw new ApiError('file/unknown', `The origin does not hold "${fileId}".`, { fileId, titleId });
    return new Response(file.stream, {
      headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': String(file.sizeBytes) },
    });
  };
}
