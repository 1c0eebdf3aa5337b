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

export type PageEvent = {
  [K in keyof PlayerEvents]: { readonly name: K; readonly atMs: number; readonly payload: PlayerEvents[K] };
}[keyof PlayerEvents];

export type LoadResult =
  | { readonly ok: true; readonly tookMs: number }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly context: unknown };

type PageOptions = Omit<WebPlayerOptions, 'video' | 'accessToken'> & { readonly accessToken: string };

interface PageWindow extends Window {
  readonly player: import('@pressplay/sdk-web').Player;
  readonly probes: {
    readonly transfers: Transfer[];
    readonly samples: [atMs: number, currentTimeS: number][];
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

  /** The longest time in which the playhead stood still, from the samples taken each 100 ms since `sinceMs`. */
  async longestStandstillMs(sinceMs: number): Promise<number> {
    const samples = await this.page.evaluate(
      (since) => (window as unknown as PageWindow).probes.samples.filter(([atMs]) => atMs >= since),
      sinceMs,
    );
    return longestStandstillMs(samples);
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

/** From the first to the last sample of the same position. */
export function longestStandstillMs(samples: readonly (readonly [atMs: number, positionS: number])[]): number {
  let longestMs = 0;
  let since = samples[0];
  for (const sample of samples) {
    if (!since || sample[1] !== since[1]) since = sample;
    longestMs = Math.max(longestMs, sample[0] - since[0]);
  }
  return longestMs;
}
