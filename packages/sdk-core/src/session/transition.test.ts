import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlayerError } from '../errors/player-error.ts';
import type { SessionEffect, SessionEvent, SessionState } from './session-state.ts';
import { rebufferMsOf } from './session-state.ts';
import { transition } from './transition.ts';

const idle: SessionState = { status: 'idle' };
const loadEvent: SessionEvent = { type: 'load', titleId: 'a', startAtMs: 0, autoplay: true, nowMs: 100 };
const granted: SessionEvent = { type: 'granted', durationMs: 60_000 };
const moment = (
  type: 'playing' | 'waiting' | 'paused' | 'seeking' | 'seeked' | 'ended',
  nowMs: number,
): SessionEvent => ({
  type: `engine-${type}`,
  nowMs,
});

function walk(...events: readonly SessionEvent[]): { state: SessionState; effects: readonly SessionEffect[] } {
  let state = idle;
  let effects: readonly SessionEffect[] = [];
  for (const event of events) ({ state, effects } = transition(state, event));
  return { state, effects };
}

const started = [loadEvent, granted, moment('playing', 600)];

describe('a play from load to end', () => {
  it('asks for the play, opens the engine, measures the start', () => {
    expect(walk(loadEvent).effects).toEqual([{ type: 'request-play', titleId: 'a' }]);
    expect(walk(loadEvent, granted).effects).toEqual([{ type: 'open-engine', startAtMs: 0, play: true }]);
    expect(walk(...started).state).toMatchObject({ status: 'playing', play: { startupMs: 500, rebufferCount: 0 } });
    expect(walk(...started, moment('ended', 61_000)).state.status).toBe('ended');
  });

  it('remembers what was said while it loaded', () => {
    const seek: SessionEvent = { type: 'seek', positionMs: 70_000, nowMs: 150 };
    const { effects } = walk(loadEvent, { type: 'pause', nowMs: 120 }, seek, granted);
    expect(effects).toEqual([{ type: 'open-engine', startAtMs: 60_000, play: false }]);
  });

  it('counts a stall and how long it lasted', () => {
    const { state, effects } = walk(...started, moment('waiting', 5000), moment('playing', 5700));
    expect(state).toMatchObject({ status: 'playing', play: { rebufferCount: 1, rebufferMs: 700 } });
    expect(effects).toEqual([{ type: 'emit-rebuffer', phase: 'end', lastedMs: 700 }]);
    expect(rebufferMsOf(walk(...started, moment('waiting', 5000)).state, 5400)).toBe(400);
  });

  it('does not call the wait before the start, or in a seek, a stall', () => {
    expect(walk(loadEvent, granted, moment('waiting', 300)).state.status).toBe('ready');
    const { state } = walk(...started, { type: 'seek', positionMs: 9000, nowMs: 900 }, moment('waiting', 950));
    expect(state).toMatchObject({ status: 'seeking', play: { rebufferCount: 0 } });
  });

  it('plays on after a seek, or stays paused', () => {
    const seek: SessionEvent = { type: 'seek', positionMs: 9000, nowMs: 900 };
    expect(walk(...started, seek, moment('seeked', 1000)).state.status).toBe('playing');
    expect(walk(...started, { type: 'pause', nowMs: 700 }, seek, moment('seeked', 1000)).state.status).toBe('paused');
  });

  it('begins again when play is pressed at the end', () => {
    const { effects } = walk(...started, moment('ended', 61_000), { type: 'play' });
    expect(effects).toEqual([{ type: 'engine-seek', positionMs: 0 }, { type: 'engine-play' }]);
  });

  it('lets a second load replace the first', () => {
    expect(walk(...started, { ...loadEvent, titleId: 'b' }).effects).toEqual([
      { type: 'close' },
      { type: 'request-play', titleId: 'b' },
    ]);
  });
});

describe('failures', () => {
  const failed = (cause: 'decode' | 'unsupported' | 'fetch', error: unknown = new Error('x')): SessionEvent => ({
    type: 'engine-failed',
    cause,
    error,
    positionMs: 4000,
    nowMs: 2000,
  });

  it('tries other bytes twice after a decode error, then gives up', () => {
    const once = walk(...started, failed('decode'));
    expect(once.state.status).toBe('rebuffering');
    expect(once.effects).toContainEqual({ type: 'reopen-engine', startAtMs: 4000, play: true });
    const thrice = walk(...started, failed('decode'), failed('decode'), failed('decode'));
    expect(thrice.state).toMatchObject({ status: 'failed', error: { code: 'media/decode' } });
    expect(thrice.effects.map((effect) => effect.type)).toEqual(['close', 'emit-rebuffer', 'emit-error']);
  });

  it('takes damage that delivery found for a decode error', () => {
    const error = new PlayerError('media/decode', 'x');
    const { effects } = walk(...started, failed('fetch', error));
    expect(effects).toContainEqual({ type: 'reopen-engine', startAtMs: 4000, play: true });
  });

  it('passes the error of delivery through', () => {
    const error = new PlayerError('delivery/token-rejected', 'no');
    expect(walk(...started, failed('fetch', error)).state).toMatchObject({ status: 'failed', error });
  });

  it('can be tried again, from the position reached and as the viewer wanted it', () => {
    const retry: SessionEvent = { type: 'retry', nowMs: 9000 };
    const again = walk(...started, failed('fetch'), retry);
    expect(again.effects).toEqual([{ type: 'request-play', titleId: 'a' }]);
    expect(again.state).toMatchObject({ status: 'loading', startAtMs: 4000, wantsPlay: true, loadedAtMs: 9000 });
    const paused = walk(...started, { type: 'pause', nowMs: 1500 }, failed('fetch'), retry, granted);
    expect(paused.effects).toEqual([{ type: 'open-engine', startAtMs: 4000, play: false }]);
  });

  it('before the grant can be tried again from where the load wanted to start', () => {
    const error = new PlayerError('region/unreachable', 'x');
    const failedLoad: SessionEvent = { type: 'load-failed', error };
    const { effects } = walk(
      { ...loadEvent, startAtMs: 7000 } as SessionEvent,
      failedLoad,
      { type: 'retry', nowMs: 5 },
      granted,
    );
    expect(effects).toEqual([{ type: 'open-engine', startAtMs: 7000, play: true }]);
  });

  it('can load again', () => {
    expect(walk(...started, failed('unsupported'), loadEvent).effects).toEqual([
      { type: 'request-play', titleId: 'a' },
    ]);
  });
});

describe('calls that the state does not allow', () => {
  const destroyed = transition(idle, { type: 'destroy' }).state;
  it.each<[string, SessionState, SessionEvent]>([
    ['play before load', idle, { type: 'play' }],
    ['pause before load', idle, { type: 'pause', nowMs: 0 }],
    ['seek before load', idle, { type: 'seek', positionMs: 0, nowMs: 0 }],
    ['a seek to nowhere', walk(...started).state, { type: 'seek', positionMs: Number.NaN, nowMs: 0 }],
    ['a seek before the start', walk(...started).state, { type: 'seek', positionMs: -1, nowMs: 0 }],
    ['retry before load', idle, { type: 'retry', nowMs: 0 }],
    ['retry of what runs', walk(...started).state, { type: 'retry', nowMs: 0 }],
    ['load after destroy', destroyed, loadEvent],
    ['load of nothing', idle, { ...loadEvent, titleId: '' } as SessionEvent],
  ])('%s is refused and changes nothing', (_, state, event) => {
    const result = transition(state, event);
    expect(result.state).toBe(state);
    expect(result.effects).toMatchObject([{ type: 'refuse', error: { code: 'player/invalid-call' } }]);
  });
});

const positions = fc.oneof(
  fc.integer({ min: -10, max: 80_000 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
);
const plans = fc.oneof(
  fc.record({
    type: fc.constant('load' as const),
    titleId: fc.constantFrom('a', 'b', ''),
    startAtMs: positions,
    autoplay: fc.boolean(),
  }),
  fc.record({ type: fc.constant('granted' as const), durationMs: fc.constant(60_000) }),
  fc.constant({ type: 'load-failed' as const, error: new PlayerError('region/unreachable', 'x') }),
  fc.record({ type: fc.constantFrom('play' as const, 'pause' as const, 'stop' as const, 'retry' as const) }),
  fc.record({ type: fc.constant('seek' as const), positionMs: positions }),
  fc.record({
    type: fc.constantFrom(
      ...([
        'engine-playing',
        'engine-waiting',
        'engine-paused',
        'engine-seeking',
        'engine-seeked',
        'engine-ended',
      ] as const),
    ),
  }),
  fc.record({
    type: fc.constant('engine-failed' as const),
    cause: fc.constantFrom('decode' as const, 'unsupported' as const, 'fetch' as const),
    error: fc.constantFrom(new Error('x'), 'text', undefined),
    positionMs: fc.nat(60_000),
  }),
);

/** What the effects left behind: the machine must never command an engine that is not open, or open it twice. */
function perform(world: { engine: boolean; request: boolean }, effect: SessionEffect): void {
  if (effect.type === 'request-play') {
    expect(world).toEqual({ engine: false, request: false });
    world.request = true;
  } else if (effect.type === 'open-engine') {
    expect(world).toEqual({ engine: false, request: true });
    Object.assign(world, { engine: true, request: false });
  } else if (effect.type === 'close') {
    expect(world.engine || world.request).toBe(true);
    Object.assign(world, { engine: false, request: false });
  } else if (effect.type.startsWith('engine-') || effect.type === 'reopen-engine') {
    expect(world.engine).toBe(true);
  }
}

function checkState(state: SessionState, world: { engine: boolean; request: boolean }): void {
  expect(world.request).toBe(state.status === 'loading');
  const hasEngine = ['ready', 'playing', 'paused', 'seeking', 'rebuffering', 'ended'].includes(state.status);
  expect(world.engine).toBe(hasEngine);
  if (state.status === 'playing' || state.status === 'rebuffering') {
    expect(state.play.wantsPlay).toBe(true);
    expect(state.play.startupMs).toBeGreaterThanOrEqual(0);
  }
  if (state.status === 'paused') expect(state.play.startupMs).toBeDefined();
  if ('play' in state && state.play) {
    expect(state.play.rebufferMs).toBeGreaterThanOrEqual(0);
    expect(state.play.decodeRetriesLeft).toBeGreaterThanOrEqual(0);
  }
}

it('never throws and never reaches an impossible state, whatever comes in whatever order', () => {
  fc.assert(
    fc.property(fc.array(plans, { maxLength: 60 }), (steps) => {
      let state: SessionState = idle;
      const world = { engine: false, request: false };
      for (const [step, plan] of steps.entries()) {
        const result = transition(state, { ...plan, nowMs: step * 10 } as SessionEvent);
        if (result.effects.some((effect) => effect.type === 'refuse')) {
          expect(result.state).toBe(state);
          expect(result.effects).toHaveLength(1);
        }
        state = result.state;
        if (plan.type === 'load-failed') world.request = false;
        for (const effect of result.effects) perform(world, effect);
        checkState(state, world);
      }
    }),
    { numRuns: 2000 },
  );
});

it('lets go of everything when it is stopped or destroyed, whatever came before', () => {
  const end = fc.constantFrom('stop' as const, 'destroy' as const);
  fc.assert(
    fc.property(fc.array(plans, { maxLength: 40 }), end, (steps, type) => {
      let state: SessionState = idle;
      const world = { engine: false, request: false };
      for (const [step, plan] of [...steps, { type }].entries()) {
        const result = transition(state, { ...plan, nowMs: step * 10 } as SessionEvent);
        state = result.state;
        if (plan.type === 'load-failed') world.request = false;
        for (const effect of result.effects) perform(world, effect);
      }
      expect(world).toEqual({ engine: false, request: false });
      expect(state).toEqual({ status: type === 'stop' ? 'idle' : 'destroyed' });
    }),
    { numRuns: 1000 },
  );
});
