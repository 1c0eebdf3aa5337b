import { createHmac } from 'node:crypto';
import { signMediaToken } from '@pressplay/protocol/wire';

export const URL_KEY = 'bench-url-key-0123456789';
export const TITLE = 'film';

/** Where a play, or a neighbour, finds a file. */
export function mediaPath(playId: string, fileId: string): string {
  const expiresAtS = Math.floor(Date.now() / 1000) + 6 * 3600;
  const claims = { expiresAtS, playId, scope: TITLE };
  const token = signMediaToken(claims, URL_KEY, (key, text) => createHmac('sha256', key).update(text).digest('hex'));
  return `/${token}/${fileId}`;
}
