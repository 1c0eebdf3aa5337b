import { describe, expect, it } from 'vitest';
import { type LeavingPage, onPageEnd, pageLastWord } from './page-last-word.ts';

/** A page whose events the test fires. */
function fakePage(changes: Partial<LeavingPage> = {}) {
  const document = Object.assign(new EventTarget(), { visibilityState: 'visible' as DocumentVisibilityState });
  const sent: string[] = [];
  const page = Object.assign(new EventTarget(), {
    document,
    navigator: { sendBeacon: (url: string, text: string) => sent.push(`beacon ${url} ${text}`) > 0 },
    fetch: async (url: string, { keepalive, body }: RequestInit) => void sent.push(`fetch ${keepalive} ${url} ${body}`),
    ...changes,
  });
  return { page, document, sent };
}

describe('the last word of a page', () => {
  it('is asked for when the page goes, and when it is hidden, not when it comes back', () => {
    const { page, document } = fakePage();
    let calls = 0;
    const stop = pageLastWord(page).onLeaving(() => calls++);
    document.dispatchEvent(new Event('visibilitychange'));
    expect(calls).toBe(0);
    document.visibilityState = 'hidden';
    document.dispatchEvent(new Event('visibilitychange'));
    page.dispatchEvent(new Event('pagehide'));
    expect(calls).toBe(2);
    stop();
    document.dispatchEvent(new Event('visibilitychange'));
    page.dispatchEvent(new Event('pagehide'));
    expect(calls).toBe(2);
  });

  it('is a beacon, or a request that outlives the page where there are no beacons or no room for one', () => {
    const { page, sent } = fakePage();
    expect(pageLastWord(page).send('http://r/t', 'a')).toBe(true);
    const withoutBeacons = fakePage({ navigator: {} });
    expect(pageLastWord(withoutBeacons.page).send('http://r/t', 'b')).toBe(true);
    const full = fakePage({ navigator: { sendBeacon: () => false } });
    expect(pageLastWord(full.page).send('http://r/t', 'c')).toBe(true);
    expect([...sent, ...withoutBeacons.sent, ...full.sent]).toEqual([
      'beacon http://r/t a',
      'fetch true http://r/t b',
      'fetch true http://r/t c',
    ]);
  });

  it('is not taken where the page can send nothing', () => {
    const refusing = (): never => {
      throw new TypeError('not now');
    };
    const { page } = fakePage({ navigator: { sendBeacon: refusing }, fetch: refusing });
    expect(pageLastWord(page).send('http://r/t', 'a')).toBe(false);
  });
});

describe('the end of a page', () => {
  it('is told when the page goes for good, not when the browser keeps it', () => {
    const page = new EventTarget();
    let ends = 0;
    const stop = onPageEnd(() => ends++, page);
    page.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: true }));
    expect(ends).toBe(0);
    page.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: false }));
    expect(ends).toBe(1);
    stop();
    page.dispatchEvent(Object.assign(new Event('pagehide'), { persisted: false }));
    expect(ends).toBe(1);
  });
});
