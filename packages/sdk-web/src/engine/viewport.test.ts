import { afterEach, describe, expect, it, vi } from 'vitest';
import { watchViewport } from './viewport.ts';

const video = (clientWidth: number, clientHeight: number) => ({ clientWidth, clientHeight }) as HTMLVideoElement;

describe('the size of the picture on screen', () => {
  afterEach(() => vi.unstubAllGlobals());

  it('is in pixels of the device', () => {
    vi.stubGlobal('devicePixelRatio', 2);
    expect(watchViewport(video(640, 360)).size()).toEqual({ widthPx: 1280, heightPx: 720 });
  });

  it('is unknown while the element has none', () => {
    expect(watchViewport(video(0, 0)).size()).toBeUndefined();
  });

  it('is no limit where the page leaves it to the picture: else the first, small one would decide for good', () => {
    const unstyled = { clientWidth: 300, clientHeight: 150 };
    const viewport = watchViewport(unstyled as HTMLVideoElement);
    expect(viewport.size()).toBeUndefined();
    Object.assign(unstyled, { clientWidth: 320, clientHeight: 180 });
    expect(viewport.size()).toBeUndefined();
    const playing = { clientWidth: 640, clientHeight: 360, videoWidth: 640, videoHeight: 360 };
    expect(watchViewport(playing as HTMLVideoElement).size()).toBeUndefined();
  });

  it('follows the observer, also to full screen, and lets go of it', () => {
    let tell: (width: number, height: number) => void = () => {};
    const disconnect = vi.fn();
    vi.stubGlobal(
      'ResizeObserver',
      class {
        constructor(callback: (entries: unknown[]) => void) {
          tell = (width, height) => callback([{ contentRect: { width, height } }]);
        }
        observe(): void {}
        disconnect = disconnect;
      },
    );
    const viewport = watchViewport(video(640, 360));
    expect(viewport.size()).toEqual({ widthPx: 640, heightPx: 360 });
    tell(1920, 1080);
    expect(viewport.size()).toEqual({ widthPx: 1920, heightPx: 1080 });
    viewport.stop();
    expect(disconnect).toHaveBeenCalledOnce();
  });
});
