import { access } from 'node:fs/promises';
import type { VideoRung } from './choose-ladder.ts';
import { IngestError } from './ingest-error.ts';
import type { MediaInput } from './media-input.ts';
import { runTool } from './run-tool.ts';

export const TEST_CARD_FPS = 25;

export interface TestCard {
  readonly durationS: number;
  /** When the strip of noise runs, which costs many bits: the rest of the card is nearly still. */
  readonly noise: { readonly fromS: number; readonly toS: number; readonly strength: number };
  readonly fontPath: string;
}

/** Where the noise strip and its neighbours lie in the 1280x720 picture. */
const PANEL = 'x=320:y=96:w=640:h=304';
const LAMP = 'x=992:y=96:w=224:h=304';
const RAIL = 'x=0:y=648:w=1280:h=48';

/** The lamp and the beep are on for this long at each full second. */
const FLASH_FRAMES = 2;
/** The ball crosses the picture once in a segment. */
const BALL_FRAMES = 50;

/**
 * Colour bars with timecode, frame counter, a ball that runs along a rail, and at each full second a white lamp with a
 * beep of 1 kHz: picture and sound agree when lamp and beep come together.
 */
export function testCardInput(card: TestCard): MediaInput {
  const lavfi = (picture: string) => ['-f', 'lavfi', '-i', `${picture};${soundGraph(card)}`];
  const durationMs = card.durationS * 1000;
  return {
    label: 'the test card',
    inputArguments: lavfi(pictureGraph(card)),
    soundArguments: lavfi(`color=s=16x16:r=1:d=${card.durationS}[out0]`),
    durationMs,
  };
}

/** What is drawn into one rendition alone: its own name. */
export function renditionNameFilter(rung: Pick<VideoRung, 'label'>, fontPath: string): string {
  return `drawtext=${textOptions(fontPath)}:text='${rung.label}':fontsize=h/10:x=(w-tw)/2:y=h*0.17`;
}

function pictureGraph({ durationS, noise, fontPath }: TestCard): string {
  const source = `r=${TEST_CARD_FPS}:d=${durationS}`;
  const text = `drawtext=${textOptions(fontPath)}:x=640-tw/2`;
  const lastFrame = noise.toS * TEST_CARD_FPS - 1;
  // What never changes is drawn once and repeated.
  const still = [
    `smptehdbars=s=1280x720:r=${TEST_CARD_FPS}:d=${1 / TEST_CARD_FPS}`,
    'format=yuv420p',
    ...[PANEL, LAMP].flatMap((box) => [`drawbox=${box}:color=black:t=fill`, `drawbox=${box}:color=gray:t=2`]),
    `drawbox=${RAIL}:color=black:t=fill`,
    `loop=loop=-1:size=1,trim=end_frame=${durationS * TEST_CARD_FPS}`,
  ].join(',');
  const moving = [
    `drawbox=${LAMP}:color=white:t=fill:enable='lt(mod(n\\,${TEST_CARD_FPS})\\,${FLASH_FRAMES})'`,
    `${text}:timecode='00\\:00\\:00\\:00':r=${TEST_CARD_FPS}:fontsize=64:y=216`,
    `${text}:text='frame %{eif\\:n\\:d\\:4}':fontsize=48:y=304`,
  ].join(',');
  // The top of testsrc2 carries a clock of its own, which would rival ours.
  const strip = `testsrc2=s=1280x320:${source},format=yuv420p,crop=1280:96:0:96,noise=alls=${noise.strength}:allf=t`;
  const stripOn = `between(n\\,${noise.fromS * TEST_CARD_FPS}\\,${lastFrame})`;
  const ball = `color=c=white:s=24x24:${source},format=yuv420p`;
  return [
    `${still},${moving}[card]`,
    `${strip}[strip]`,
    `${ball}[ball]`,
    `[card][strip]overlay=x=0:y=480:enable='${stripOn}'[bars]`,
    `[bars][ball]overlay=x='mod(n\\,${BALL_FRAMES})*${1280 / BALL_FRAMES}':y=660[out0]`,
  ].join(';');
}

function soundGraph({ durationS }: TestCard): string {
  const beep = `0.4*sin(2000*PI*t)*lt(mod(t\\,1)\\,${FLASH_FRAMES / TEST_CARD_FPS})`;
  return `aevalsrc=exprs='${beep}':s=48000:d=${durationS}[out1]`;
}

/** A path goes through two parsers, the graph's and the filter's: a colon (C:/Windows) needs its backslash after both. */
function textOptions(fontPath: string): string {
  const escaped = fontPath.replaceAll('\\', '/').replaceAll(':', '\\:').replaceAll("'", "'\\\\\\''");
  return `fontfile='${escaped}':fontcolor=white`;
}

const USUAL_FONTS: readonly string[] = [
  '/usr/share/fonts/truetype/dejavu/DejaVuSansMono-Bold.ttf',
  '/usr/share/fonts/dejavu/DejaVuSansMono-Bold.ttf',
  '/usr/share/fonts/TTF/DejaVuSansMono-Bold.ttf',
  '/usr/share/fonts/truetype/liberation/LiberationMono-Bold.ttf',
  '/System/Library/Fonts/Menlo.ttc',
  '/System/Library/Fonts/Supplemental/Courier New Bold.ttf',
  'C:/Windows/Fonts/consolab.ttf',
  'C:/Windows/Fonts/courbd.ttf',
];

/** A font that the card's texts can be drawn with; throws `ingest/tool-missing` where this machine cannot draw text. */
export async function findCardFont(signal?: AbortSignal): Promise<string> {
  const help = await runTool('ffmpeg', ['-hide_banner', '-h', 'filter=drawtext'], { signal });
  if (!help.stdout.includes('fontfile'))
    throw new IngestError('ingest/tool-missing', 'this ffmpeg has no drawtext filter (built without libfreetype)', {
      tool: 'drawtext',
    });
  const byFontconfig = await runTool('fc-match', ['-f', '%{file}', 'monospace:bold'], { signal }).catch(
    () => undefined,
  );
  for (const path of [...USUAL_FONTS, byFontconfig?.stdout.trim() ?? '']) {
    if (path && (await exists(path))) return path;
  }
  throw new IngestError(
    'ingest/tool-missing',
    'no font found for the test card: install one (apt-get install fonts-dejavu-core)',
    { tool: 'font' },
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
