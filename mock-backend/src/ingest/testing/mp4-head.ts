import { readFileSync } from 'node:fs';

interface SidxFields {
  readonly version: number;
  readonly timescale: number;
  readonly firstOffset: number;
  readonly startTicks?: number;
  readonly references: readonly { readonly size: number; readonly ticks: number; readonly toIndex?: boolean }[];
}

export function box(type: string, payload: Uint8Array): Uint8Array {
  return Buffer.concat([uint32(8 + payload.length), Buffer.from(type, 'latin1'), payload]);
}

/** A segment index box, written after ISO/IEC 14496-12, 8.16.3. */
export function sidxOf({ version, timescale, firstOffset, startTicks = 0, references }: SidxFields): Uint8Array {
  const wide = (value: number) => (version === 0 ? uint32(value) : Buffer.concat([uint32(0), uint32(value)]));
  const counted = references.map(({ size, ticks, toIndex }) =>
    Buffer.concat([uint32((toIndex ? 0x80000000 : 0) + size), uint32(ticks), uint32(0x90000000)]),
  );
  const header = [uint32(version * 2 ** 24), uint32(1), uint32(timescale), wide(startTicks), wide(firstOffset)];
  return box('sidx', Buffer.concat([...header, uint32(references.length), ...counted]));
}

/** A real ftyp and moov (640x360, High profile, level 3) with this index behind them. */
export function headOf(sidx: Uint8Array): Uint8Array {
  return Buffer.concat([readFileSync(new URL('init-640x360.mp4', import.meta.url)), sidx]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
