export interface ViewportSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** How large the picture is on screen, in pixels of the device. */
export interface Viewport {
  /** Undefined where it has no size of its own: not laid out, hidden, or as large as whatever is shown in it. */
  size(): ViewportSize | undefined;
  stop(): void;
}

/**
 * Follows the size of a video element. With a ResizeObserver no question costs the page a layout; without one the
 * element is measured when asked.
 */
export function watchViewport(video: HTMLVideoElement): Viewport {
  let observed: { readonly width: number; readonly height: number } | undefined;
  const observer =
    typeof ResizeObserver === 'undefined'
      ? undefined
      : new ResizeObserver((entries) => {
          observed = entries.at(-1)?.contentRect;
        });
  observer?.observe(video);
  let followsContent: boolean | undefined;
  return {
    size() {
      const { width, height } = observed ?? { width: video.clientWidth, height: video.clientHeight };
      const scale = globalThis.devicePixelRatio || 1;
      if (!(width > 0 && height > 0)) return undefined;
      // Settled once: a limit that came and went with the picture's own size would make it swing.
      followsContent ??= isUnstyled(width, height) || isAsLargeAsItsContent(video, width, height);
      if (followsContent) return undefined;
      return { widthPx: Math.round(width * scale), heightPx: Math.round(height * scale) };
    },
    stop: () => observer?.disconnect(),
  };
}

/** What a video element measures while the page gives it no size and it has no picture. */
function isUnstyled(width: number, height: number): boolean {
  return Math.round(width) === 300 && Math.round(height) === 150;
}

function isAsLargeAsItsContent({ videoWidth, videoHeight }: HTMLVideoElement, width: number, height: number): boolean {
  return Math.abs(videoWidth - width) < 2 && Math.abs(videoHeight - height) < 2;
}
