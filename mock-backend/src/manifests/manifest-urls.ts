import type { ManifestUrls } from '@pressplay/protocol/messages';
import type { HmacSha256Hex } from '@pressplay/protocol/wire';
import type { KeptRendition } from '../catalog/kept-title.ts';
import { PLAY_LIFETIME_MS } from '../leases/shared-plays.ts';
import type { BackendClock } from '../ports.ts';
import { signTicket, ticketUrl } from './manifest-ticket.ts';

export interface ManifestUrlDeps {
  readonly config: { readonly urlKey: string };
  readonly hmac: HmacSha256Hex;
  readonly clock: BackendClock;
}

/** Where a play is for stock players, for as long as a play lives. The preferred language becomes the default sound. */
export function manifestUrls(
  { playId, titleId }: { readonly playId: string; readonly titleId: string },
  renditions: readonly KeptRendition[],
  preferredAudio: string | undefined,
  { config, hmac, clock }: ManifestUrlDeps,
): ManifestUrls {
  const isPreferred = (rendition: (typeof renditions)[number]) =>
    rendition.kind === 'audio' && rendition.audio.language === preferredAudio;
  const ordered = [...renditions.filter(isPreferred), ...renditions.filter((one) => !isPreferred(one))];
  const expiresAtS = Math.floor((clock.wallMs() + PLAY_LIFETIME_MS) / 1000);
  const renditionIds = ordered.map(({ renditionId }) => renditionId);
  const path = signTicket({ playId, titleId, expiresAtS, renditionIds }, config.urlKey, hmac);
  return {
    hls: ticketUrl(path, 'main.m3u8'),
    dash: ticketUrl(path, 'main.mpd'),
    expiresInMs: expiresAtS * 1000 - clock.wallMs(),
  };
}
