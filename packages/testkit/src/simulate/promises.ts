import type { Scene, ViewerScene } from './scene.ts';

/** What the SDK owes in a scene: more where a good server and an honest line exist. */
export interface Promised {
  /** The play goes through; elsewhere it may fail, with a typed error. */
  readonly ends: boolean;
  /** The longest rebuffering in all; undefined where none can be promised. */
  readonly rebufferMs: number | undefined;
}

/** Above the slowest rendition with its sound, at its largest, by far. */
const HONEST_RATE_BPS = 1_500_000;
const HONEST_LATENCY_MS = 40;
/** To find the one good server among ten may take this long. */
const LONGEST_REBUFFER_MS = 5000;
const SMALL_BUFFER_MS = 6000;
const LONGEST_START_MS = 8000;

export function promisedTo(viewer: ViewerScene, scene: Scene): Promised {
  const { trouble, tokenLifetimeMs, controlPlaneLoss, crowdedOcaIds } = scene;
  const { healthyOcaId } = trouble ?? {};
  const isServed = !trouble || (healthyOcaId !== undefined && !crowdedOcaIds.includes(healthyOcaId));
  // Without a region no token is renewed.
  const hasRegions = !controlPlaneLoss && (!trouble || trouble.regionShare === 0);
  const keepsToken = tokenLifetimeMs === undefined || hasRegions;
  const isHonest = leastRateBps(viewer, scene) >= HONEST_RATE_BPS && isNear(viewer) && !losesLine(viewer, scene);
  const startsServed = !controlPlaneLoss || controlPlaneLoss.atMs > viewer.startAfterMs + LONGEST_START_MS;
  const ends = isServed && keepsToken && isHonest && startsServed;
  // After a seek the buffer is empty, whatever its goal.
  const hasBuffer =
    viewer.bufferGoalMs >= SMALL_BUFFER_MS &&
    viewer.actions.every(({ kind }) => kind !== 'seek') &&
    // Faster, what is buffered lasts for less.
    (viewer.rates ?? []).every(({ rate }) => rate <= 1);
  return { ends, rebufferMs: ends && hasBuffer ? LONGEST_REBUFFER_MS : undefined };
}

/** What a viewer has at worst, everybody else taking his share; 0 where nobody knows. */
function leastRateBps({ link, clientAddress }: ViewerScene, { viewers, bottleneckBps }: Scene): number {
  if (link.kind === 'trace') return 0;
  const lineBps = link.kind === 'steady' ? link.rateBps : link.rateBps / link.swing;
  const atHome = viewers.filter((viewer) => viewer.clientAddress === clientAddress).length;
  return Math.min(lineBps / atHome, (bottleneckBps ?? Number.POSITIVE_INFINITY) / viewers.length);
}

/** Whose neighbour loses the line of their home loses his own. */
function losesLine({ clientAddress }: ViewerScene, { viewers }: Scene): boolean {
  return viewers.some((one) => one.clientAddress === clientAddress && one.lineLosses.length > 0);
}

function isNear({ link }: ViewerScene): boolean {
  return link.kind !== 'trace' && link.latencyMs <= HONEST_LATENCY_MS;
}
