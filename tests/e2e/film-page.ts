import type { Page } from '@playwright/test';
import type { PlayerEvents, PlayerLedger, PlayerStats, WebPlayerOptions } from '@pressplay/sdk-web';

export interface Transfer {
  readonly url: string;
  readonly method: string;
  readonly startByte?: number;
  readonly endByte?: number;
  readonly askedAtMs: number;
  readonly answeredAtMs?: number;
  readonly status?: number;
  readonly readBytes: number;
  readonly over: boolean;
}

export interface Sample {
  readonly atMs: number;
  readonly positionS: number;
  readonly bufferedS: number;
}

export interface Standstills {
  /** The longest one with too little media to go on: a stall. */
  readonly withoutMediaMs: number;
  /** The longest one with media at hand. */
  readonly withMediaMs: number;
}

export type PageEvent = {
  [K in keyof PlayerEvents]: {
    readonly name: K;
    readonly atMs: number;
    readonly bufferedS?: number;
    readonly payload: PlayerEvents[K];
  };
}[keyof PlayerEvents];

export type LoadResult =
  | { readonly ok: true; readonly tookMs: number }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly context: unknown };

type PageOptions = Omit<WebPlayerOptions, 'video' | 'accessToken'> & { readonly accessToken: string };

interface PageWindow extends Window {
  readonly player: import('@pressplay/sdk-web').Player;
  readonly probes: {
    readonly transfers: Transfer[];
    readonly samples: Sample[];
    readonly events: PageEvent[];
    halfOf(minBytes: number): Promise<Transfer>;
    createPlayer(options: PageOptions): PageWindow['player'];
  };
}

/** The test page, asked from outside. */
export class FilmPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  createPlayer(options: PageOptions): Promise<void> {
    return this.page.evaluate((given) => void (window as unknown as PageWindow).probes.createPlayer(given), options);
  }

  /** Loads and starts; the result says how long it took until the film moved, or which error it was. */
  async play(titleId: string, startAtMs = 0): Promise<LoadResult> {
    return this.page.evaluate(
      async ([id, startMs]) => {
        const beganAtMs = performance.now();
        const video = document.querySelector('video') as HTMLVideoElement;
        const playing = new Promise<number>((resolve) =>
          video.addEventListener('playing', () => resolve(performance.now() - beganAtMs), { once: true }),
        );
        try {
          await (window as unknown as PageWindow).player.load(id, { autoplay: true, startAtMs: startMs });
        } catch (thrown) {
          const error = thrown as { code: string; message: string; context: unknown };
          return { ok: false as const, code: error.code, message: error.message, context: error.context };
        }
        return { ok: true as const, tookMs: await playing };
      },
      [titleId, startAtMs] as const,
    );
  }

  /** Waits for the next range of at least `minBytes` to be half read. */
  halfOf(minBytes: number): Promise<Transfer> {
    return this.page.evaluate((bytes) => (window as unknown as PageWindow).probes.halfOf(bytes), minBytes);
  }

  stats(): Promise<PlayerStats> {
    return this.page.evaluate(() => (window as unknown as PageWindow).player.stats());
  }

  ledger(): Promise<PlayerLedger> {
    return this.page.evaluate(() => (window as unknown as PageWindow).player.ledger());
  }

  events(): Promise<PageEvent[]> {
    return this.page.evaluate(() => (window as unknown as PageWindow).probes.events);
  }

  async eventsOf<K extends keyof PlayerEvents>(name: K): Promise<PlayerEvents[K][]> {
    const events = await this.events();
    return events.filter((event) => event.name === name).map((event) => event.payload as PlayerEvents[K]);
  }

  transfers(): Promise<Transfer[]> {
    return this.page.evaluate(() =>
      (window as unknown as PageWindow).probes.transfers.map((transfer) => ({ ...transfer })),
    );
  }

  /** What the element decoded and where it is. */
  media(): Promise<{
    positionS: number;
    frames: number;
    audioBytes: number;
    heightPx: number;
    paused: boolean;
    ended: boolean;
  }> {
    return this.page.evaluate(() => {
      const video = document.querySelector('video') as HTMLVideoElement & { webkitAudioDecodedByteCount: number };
      return {
        positionS: video.currentTime,
        frames: video.getVideoPlaybackQuality().totalVideoFrames,
        audioBytes: video.webkitAudioDecodedByteCount,
        heightPx: video.videoHeight,
        paused: video.paused,
        ended: video.ended,
      };
    });
  }

  command(name: 'play' | 'pause' | 'stop' | 'destroy'): Promise<void> {
    return this.page.evaluate((command) => (window as unknown as PageWindow).player[command](), name);
  }

  seek(positionMs: number): Promise<void> {
    return this.page.evaluate((position) => (window as unknown as PageWindow).player.seek(position), positionMs);
  }

  nowMs(): Promise<number> {
    return this.page.evaluate(() => performance.now());
  }

  /** How long the playhead stood still since `sinceMs`, from samples taken each 100 ms. */
  async standstills(sinceMs: number): Promise<Standstills> {
    const samples = await this.page.evaluate(
      (since) => (window as unknown as PageWindow).probes.samples.filter(({ atMs }) => atMs >= since),
      sinceMs,
    );
    return standstillsOf(samples);
  }

  /** Rebufferings for want of media; one with media at hand is a busy machine's. */
  async stalls(): Promise<PageEvent[]> {
    const events = await this.events();
    return events.filter(({ name, bufferedS = 0 }) => name === 'rebuffer' && bufferedS < ENOUGH_BUFFERED_S);
  }

  /** Until the playhead has passed so many more seconds. */
  async watchFor(seconds: number): Promise<void> {
    await this.page.waitForFunction(
      (untilS) => (document.querySelector('video') as HTMLVideoElement).currentTime >= untilS,
      (await this.media()).positionS + seconds,
      { polling: 100 },
    );
  }
}

/** A standstill or rebuffering with that much media at hand is the decoder's doing: a machine too busy to draw. */
const ENOUGH_BUFFERED_S = 1;

/** From the first to the last sample of the same position, longest first seen, by what was buffered meanwhile. */
export function standstillsOf(samples: readonly Sample[]): Standstills {
  let since = samples[0];
  let leastBufferedS = Number.POSITIVE_INFINITY;
  const longest = { withoutMediaMs: 0, withMediaMs: 0 };
  for (const sample of samples) {
    if (!since || sample.positionS !== since.positionS) {
      since = sample;
      leastBufferedS = Number.POSITIVE_INFINITY;
    }
    leastBufferedS = Math.min(leastBufferedS, sample.bufferedS);
    const kind = leastBufferedS < ENOUGH_BUFFERED_S ? 'withoutMediaMs' : 'withMediaMs';
    longest[kind] = Math.max(longest[kind], sample.atMs - since.atMs);
  }
  return longest;
}
