import { schemas } from '@pressplay/protocol';
import type { PlayResponse } from '@pressplay/protocol/messages';
import { EVERY_CODEC } from '@pressplay/sdk-node';
import type { Fleet } from '@pressplay/testkit/fleet';

/** A play granted to the bench itself: token, servers and segment index for the stock players' manifests. */
export async function requestPlay(fleet: Fleet, titleId: string): Promise<PlayResponse> {
  const [region] = fleet.regions;
  const response = await fetch(`${region?.baseUrl}/v1/plays`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${await fleet.accessToken()}` },
    body: JSON.stringify({ titleId, device: EVERY_CODEC, idempotencyKey: crypto.randomUUID() }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`The bench's own play was refused: ${response.status} ${text}`);
  return schemas.PlayResponse.parse(JSON.parse(text));
}
