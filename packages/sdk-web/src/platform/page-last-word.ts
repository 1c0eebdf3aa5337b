import type { LastWord } from '@pressplay/sdk-core/cmcd';

/** What of the page is used. */
export interface LeavingPage {
  readonly navigator: { sendBeacon?(url: string, text: string): boolean };
  readonly document: Pick<EventTarget, 'addEventListener' | 'removeEventListener'> & {
    readonly visibilityState: DocumentVisibilityState;
  };
  readonly fetch: (url: string, init: RequestInit) => Promise<unknown>;
  addEventListener(type: 'pagehide', listener: () => void): void;
  removeEventListener(type: 'pagehide', listener: () => void): void;
}

/**
 * The last reports of a page. `pagehide` comes when it is closed or left; phones that end a page in the background give
 * no more than `visibilitychange`. A beacon is plain text: that needs no preflight, for which there would be no time.
 */
export function pageLastWord(page: LeavingPage = globalThis as unknown as LeavingPage): LastWord {
  return {
    send: (url, text) => beacon(page, url, text) || keptAlive(page, url, text),
    onLeaving: (callback) => {
      const onHidden = (): void => {
        if (page.document.visibilityState === 'hidden') callback();
      };
      page.addEventListener('pagehide', callback);
      page.document.addEventListener('visibilitychange', onHidden);
      return () => {
        page.removeEventListener('pagehide', callback);
        page.document.removeEventListener('visibilitychange', onHidden);
      };
    },
  };
}

function beacon(page: LeavingPage, url: string, text: string): boolean {
  try {
    return page.navigator.sendBeacon?.(url, text) ?? false;
  } catch {
    return false;
  }
}

/** For browsers without beacons, or whose quota is used up. */
function keptAlive(page: LeavingPage, url: string, text: string): boolean {
  try {
    const init: RequestInit = { method: 'POST', body: text, keepalive: true, credentials: 'omit' };
    void page.fetch(url, init).catch(() => undefined);
    return true;
  } catch {
    return false;
  }
}

/** The page is closed or left for good. One that a browser keeps may come back with its play, and says nothing. */
export function onPageEnd(callback: () => void, page: Pick<EventTarget, Listening> = globalThis): () => void {
  const onHide = (event: Event): void => {
    if (!(event as PageTransitionEvent).persisted) callback();
  };
  page.addEventListener('pagehide', onHide);
  return () => page.removeEventListener('pagehide', onHide);
}

type Listening = 'addEventListener' | 'removeEventListener';
