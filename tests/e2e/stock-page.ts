import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';

const require = createRequire(import.meta.url);

/** The published single file of each, unchanged. */
const SCRIPTS = {
  'hls.js': () => require.resolve('hls.js/dist/hls.min.js'),
  shaka: () => require.resolve('shaka-player/dist/shaka-player.compiled.js'),
  'dash.js': () => require.resolve('dashjs'),
} as const;

export type StockPlayer = keyof typeof SCRIPTS;

const page = (player: StockPlayer): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${player}</title>
<style>body { margin: 0; background: #111 } video { width: 960px; height: 540px; background: #000 }</style></head>
<body><video playsinline muted></video><script src="/${player}.js"></script><script src="/stock-player.js"></script></body>
</html>`;

export interface StockPages {
  urlOf(player: StockPlayer): string;
  close(): Promise<void>;
}

export async function serveStockPages(): Promise<StockPages> {
  const files = new Map<string, readonly [type: string, body: string | Buffer]>();
  files.set('/stock-player.js', ['text/javascript', await readFile(new URL('./stock-player.js', import.meta.url))]);
  for (const player of Object.keys(SCRIPTS) as StockPlayer[]) {
    files.set(`/${player}`, ['text/html; charset=utf-8', page(player)]);
    files.set(`/${player}.js`, ['text/javascript', await readFile(SCRIPTS[player]())]);
  }
  const server = createServer((request, response) => {
    const [type, body] = files.get(request.url ?? '') ?? ['text/plain', undefined];
    response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': type });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (player) => `http://127.0.0.1:${port}/${player}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface StockState {
  readonly positionS: number;
  readonly durationS: number;
  readonly ended: boolean;
  readonly widthPx: number;
  readonly decodedAudioBytes: number;
  /** What stands under the picture now. */
  readonly shownTexts: readonly string[];
  readonly errors: readonly string[];
}

interface StockWindow extends Window {
  readonly stock: {
    start(player: string, url: string): Promise<void>;
    /** Languages that can be read. */
    texts(): readonly string[];
    read(language: string): Promise<void>;
    seek(positionS: number): void;
    state(): StockState;
  };
}

/** A page with a stock player, asked from outside. */
export class StockFilm {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async start(pages: StockPages, player: StockPlayer, manifestUrl: string): Promise<void> {
    await this.page.goto(pages.urlOf(player));
    await this.page.evaluate(([name, url]) => (window as unknown as StockWindow).stock.start(name, url), [
      player,
      manifestUrl,
    ] as const);
  }

  state(): Promise<StockState> {
    return this.page.evaluate(() => (window as unknown as StockWindow).stock.state());
  }

  texts(): Promise<readonly string[]> {
    return this.page.evaluate(() => (window as unknown as StockWindow).stock.texts());
  }

  read(language: string): Promise<void> {
    return this.page.evaluate((wanted) => (window as unknown as StockWindow).stock.read(wanted), language);
  }

  seek(positionS: number): Promise<void> {
    return this.page.evaluate((to) => (window as unknown as StockWindow).stock.seek(to), positionS);
  }
}
