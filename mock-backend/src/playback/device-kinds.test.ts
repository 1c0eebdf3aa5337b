import { schemas } from '@pressplay/protocol';
import type { DeviceCapabilities } from '@pressplay/protocol/messages';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DeviceKinds } from './device-kinds.ts';

/** Few values, so that equal devices come often. */
const texts = fc.array(fc.constantFrom('avc1', 'hvc1'), { maxLength: 2 });
const device = fc.record(
  {
    videoCodecs: texts,
    audioCodecs: texts,
    maxHeightPx: fc.constantFrom(480, 1080),
    maxVideoBps: fc.constantFrom(1e6, 2e6),
    dynamicRanges: fc.array(fc.constantFrom('hdr10' as const, 'hlg' as const), { maxLength: 1 }),
    securityLevel: fc.constantFrom('L1' as const, 'L3' as const),
    name: fc.constantFrom('tv', 'phone'),
  },
  { requiredKeys: ['videoCodecs', 'audioCodecs'] },
) as fc.Arbitrary<DeviceCapabilities>;

it('gives one object for all devices that say the same, and for no others', () => {
  fc.assert(
    fc.property(fc.array(device, { maxLength: 60 }), (devices) => {
      const kinds = new DeviceKinds();
      const known = new Map<string, DeviceCapabilities>();
      for (const one of devices) {
        const text = JSON.stringify(one);
        const same = kinds.same(one);
        expect(JSON.stringify(same)).toBe(text);
        expect(same).toBe(known.get(text) ?? one);
        known.set(text, same);
      }
    }),
  );
});

it('compares everything that a device may say', () => {
  const plain: DeviceCapabilities = { videoCodecs: ['avc1'], audioCodecs: ['mp4a'] };
  const more: Required<DeviceCapabilities> = {
    videoCodecs: ['hvc1'],
    audioCodecs: ['ec-3'],
    maxHeightPx: 480,
    maxVideoBps: 1e6,
    dynamicRanges: ['hlg'],
    securityLevel: 'L1',
    name: 'tv',
  };
  expect(Object.keys(more)).toEqual(Object.keys(schemas.DeviceCapabilities.shape));
  for (const [name, value] of Object.entries(more)) {
    const kinds = new DeviceKinds();
    kinds.same(plain);
    const other = { ...plain, [name]: value };
    expect(kinds.same(other), name).toBe(other);
  }
});
