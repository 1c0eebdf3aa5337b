import type { DeviceCapabilities } from '@pressplay/protocol/messages';
import { RecentlyUsed } from '../recently-used.ts';

/** In one half of the memory. Who makes up others has them for himself. */
const KINDS_IN_HALF = 1024;

/**
 * Devices come in a few kinds: fifty thousand plays that are remembered each with lists and texts of its own would be most
 * of what the garbage collector goes over.
 */
export class DeviceKinds {
  readonly #kinds = new RecentlyUsed<string, DeviceCapabilities>(KINDS_IN_HALF);

  /** The same object for devices that say the same in the same order; nobody writes to it. */
  same(device: DeviceCapabilities): DeviceCapabilities {
    const text = JSON.stringify(device);
    const known = this.#kinds.get(text);
    if (known) return known;
    this.#kinds.set(text, device);
    return device;
  }
}
