import { readFileSync } from 'node:fs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import { generateMessages } from './generate-messages.ts';
import type { FillManifest, FleetStatus, PlayRequest, PlayResponse } from './messages.generated.ts';
import type * as schemas from './schemas.ts';

describe('the generated messages', () => {
  it('are fresh: run `npm run generate -w @pressplay/protocol` when this fails', async () => {
    const kept = readFileSync(new URL('./messages.generated.ts', import.meta.url), 'utf8');
    expect(await generateMessages()).toBe(kept);
  });

  it('have the types that the schemas infer', () => {
    expectTypeOf<z.infer<typeof schemas.PlayRequest>>().toExtend<PlayRequest>();
    expectTypeOf<z.infer<typeof schemas.PlayResponse>>().toExtend<PlayResponse>();
    expectTypeOf<z.infer<typeof schemas.FillManifest>>().toExtend<FillManifest>();
    expectTypeOf<z.infer<typeof schemas.FleetStatus>>().toExtend<FleetStatus>();
  });
});
