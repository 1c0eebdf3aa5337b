import { randomInt } from 'node:crypto';
import type { Random } from '@pressplay/sdk-core';

const STEPS = 2 ** 47;

/** From the system's generator: idempotency keys are made of it, and nobody should guess those. */
export const nodeRandom: Random = () => randomInt(STEPS) / STEPS;
