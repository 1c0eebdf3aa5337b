import { describe, expect, it } from 'vitest';
import { requestedPaceBps } from './requested-pace.ts';

const target = (cmcd: string): string => `/token/file?x=1&CMCD=${encodeURIComponent(cmcd)}&y=2`;

describe('the pace that a client asks for', () => {
  it('is what CMCD says, in kbit/s', () => {
    expect(requestedPaceBps(target('bl=21300,rtp=12000,sid="a,b"'))).toBe(12_000_000);
    expect(requestedPaceBps('/token/file?CMCD=rtp%3D15000')).toBe(15_000_000);
  });

  it.each([
    ['there is no query', '/token/file'],
    ['CMCD says nothing of it', target('bl=21300')],
    ['it is part of another name', '/token/file?XCMCD=rtp%3D15000'],
    ['another key ends like it', target('com.x-rtp=5000')],
    ['it is no number', target('rtp=fast')],
    ['it is slower than any rendition', target('rtp=1')],
    ['it cannot be decoded', '/token/file?CMCD=rtp%3D5000%'],
  ])('is none where %s', (_what, text) => {
    expect(requestedPaceBps(text)).toBeUndefined();
  });
});
