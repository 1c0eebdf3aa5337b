import type { DeviceCapabilities } from '@pressplay/protocol/messages';
import { RecentlyUsed } from '../recently-used.ts';

/** In one half of the memory. Who makes up others has them for himself. */
const KINDS_IN_HALF = 1024;
/** Most devices are one of few kinds: compared with these first, which costs less than to write a device down. */
const LATEST = 8;

/**
 * Devices come in a few kinds: fifty thousand plays that are remembered each with lists and texts of its own would be most
 * of what the garbage collector goes over.
 */
export class DeviceKinds {
  readonly #kinds = new RecentlyUsed<string, DeviceCapabilities>(KINDS_IN_HALF);
  readonly #latest: DeviceCapabilities[] = [];
  #next = 0;

  /** The same object for devices that say the same in the same order; nobody writes to it. */
  same(device: DeviceCapabilities): DeviceCapabilities {
    for (const one of this.#latest) if (areAlike(one, device)) return one;
    const text = JSON.stringify(device);
    const known = this.#kinds.get(text);
    if (!known) this.#kinds.set(text, device);
    const kept = known ?? device;
    this.#latest[this.#next] = kept;
    this.#next = (this.#next + 1) % LATEST;
    return kept;
  }
}

/** Field by field: the test knows all that a device may say. */
function areAlike(one: DeviceCapabilities, other: DeviceCapabilities): boolean {
  return (
    one.maxHeightPx === other.maxHeightPx &&
    one.maxVideoBps === other.maxVideoBps &&
    one.securityLevel === other.securityLevel &&
    one.name === other.name &&
    areEqual(one.videoCodecs, other.videoCodecs) &&
    areEqual(one.audioCodecs, other.audioCodecs) &&
    areEqual(one.dynamicRanges, other.dynamicRanges)
  );
}

function areEqual(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  if (!one || !other) return one === other;
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}
