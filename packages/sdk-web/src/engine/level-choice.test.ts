import type Hls from 'hls.js';
import { Events } from 'hls.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { LevelChoice } from './level-choice.ts';

describe('the level choice', () => {
  let wanted: number;
  let choice: LevelChoice;
  let listeners: Map<string, (name: string, data: unknown) => void>;
  const loaded = (type: string, level: number): void =>
    listeners.get(Events.FRAG_LOADED)?.(Events.FRAG_LOADED, { frag: { type, level } });

  beforeEach(() => {
    wanted = 2;
    listeners = new Map();
    const hls = {
      on: (name: string, listener: (name: string, data: unknown) => void) => listeners.set(name, listener),
      off: (name: string) => listeners.delete(name),
    };
    choice = new LevelChoice(hls as unknown as Hls, () => wanted);
  });

  it('follows the core on every read', () => {
    expect(choice.firstAutoLevel).toBe(2);
    wanted = 4;
    expect(choice.nextAutoLevel).toBe(4);
  });

  it('takes the value written back by the stream controller as no change', () => {
    const given = choice.nextAutoLevel;
    choice.nextAutoLevel = given;
    expect(choice.forcedAutoLevel).toBe(-1);
    wanted = 3;
    expect(choice.nextAutoLevel).toBe(3);
  });

  it('holds a level forced by the error controller until a video fragment of it was loaded', () => {
    expect(choice.nextAutoLevel).toBe(2);
    choice.nextAutoLevel = 0;
    expect(choice.nextAutoLevel).toBe(0);
    loaded('audio', 0);
    loaded('main', 1);
    expect(choice.nextAutoLevel).toBe(0);
    loaded('main', 0);
    expect(choice.nextAutoLevel).toBe(2);
  });

  it('forgets a forced level when the levels change their indices', () => {
    choice.nextAutoLevel = 0;
    listeners.get(Events.LEVELS_UPDATED)?.(Events.LEVELS_UPDATED, {});
    expect(choice.nextAutoLevel).toBe(2);
  });

  it('leaves no listener behind', () => {
    choice.destroy();
    expect(listeners.size).toBe(0);
  });
});
