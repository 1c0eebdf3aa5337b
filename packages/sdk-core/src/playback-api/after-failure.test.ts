import { describe, expect, it } from 'vitest';
import { PlayerError, type PlayerErrorCode } from '../errors/player-error.ts';
import { HttpFailure } from '../ports/http-client.ts';
import { afterFailure } from './after-failure.ts';

const after = (code: PlayerErrorCode, isAnew = false) => afterFailure(new PlayerError(code, 'x'), isAnew);

describe('a renewal', () => {
  it('that finds its stream with somebody else, or its play ended, ends the play', () => {
    expect(after('account/stream-limit')).toBe('end');
    expect(after('play/ended')).toBe('end');
  });

  it('whose API token was called back ends the play', () => {
    expect(after('auth/revoked')).toBe('end');
  });

  it('of a play that nobody knows begins it anew', () => {
    expect(after('play/unknown')).toBe('begin-anew');
  });

  it.each<PlayerErrorCode>([
    'region/unreachable',
    'region/bad-response',
    'steering/no-server',
    'request/rate-limited',
    'auth/invalid',
    'licence/window',
    'title/unknown',
  ])('that fails with %s leaves the play what it has', (code) => {
    expect(after(code)).toBe('go-on');
  });
});

describe('a new play in the place of one that nobody knows', () => {
  it.each<PlayerErrorCode>([
    'account/stream-limit',
    'account/unknown-plan',
    'licence/territory',
    'title/unknown',
    'auth/forbidden',
  ])('that is refused with %s ends the play', (code) => {
    expect(after(code, true)).toBe('end');
  });

  it.each<PlayerErrorCode>([
    'region/unreachable',
    'region/bad-response',
    'steering/no-server',
    'title/not-live',
    'play/unknown',
    'request/rate-limited',
  ])('that fails with %s is asked for later', (code) => {
    expect(after(code, true)).toBe('go-on');
  });

  it('that is given up ends nothing', () => {
    expect(afterFailure(new HttpFailure('aborted', 'x'), true)).toBe('go-on');
  });
});
