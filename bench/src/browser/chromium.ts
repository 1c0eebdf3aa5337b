import { existsSync } from 'node:fs';
import { type Browser, chromium } from '@playwright/test';

/** The one that `PRESSPLAY_CHROMIUM` names, the system's, or else Playwright's own. */
export function launchChromium(extraArguments: readonly string[] = []): Promise<Browser> {
  const executablePath = [process.env.PRESSPLAY_CHROMIUM, '/usr/bin/chromium'].find((file) => file && existsSync(file));
  return chromium.launch({
    ...(executablePath && { executablePath }),
    args: [
      '--no-sandbox',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--disable-gpu',
      '--disable-quic',
      ...extraArguments,
    ],
  });
}
