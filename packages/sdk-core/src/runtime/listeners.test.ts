import { describe, expect, it } from 'vitest';
import { Listeners } from './listeners.ts';

interface Events {
  readonly state: string;
  readonly error: number;
}

describe('listeners', () => {
  it('hear what they asked for, in the order in which they came, until they stop', () => {
    const listeners = new Listeners<Events>();
    const heard: string[] = [];
    const stopFirst = listeners.add('state', (to) => heard.push(`first ${to}`));
    listeners.add('state', (to) => heard.push(`second ${to}`));
    listeners.add('error', (code) => heard.push(`error ${code}`));
    listeners.tell('state', 'playing');
    stopFirst();
    stopFirst();
    listeners.tell('state', 'ended');
    listeners.tell('error', 7);
    listeners.clear();
    listeners.tell('state', 'idle');
    expect(heard).toEqual(['first playing', 'second playing', 'second ended', 'error 7']);
  });

  it('that are one function count as often as they were added', () => {
    const listeners = new Listeners<Events>();
    let count = 0;
    const listener = (): void => void count++;
    const stop = listeners.add('state', listener);
    listeners.add('state', listener);
    listeners.tell('state', 'playing');
    stop();
    listeners.tell('state', 'paused');
    expect(count).toBe(3);
  });

  it('that stop others or come during an event are respected at once, or from the next one on', () => {
    const listeners = new Listeners<Events>();
    const heard: string[] = [];
    let stopOther = (): void => {};
    listeners.add('state', (to) => {
      heard.push(`first ${to}`);
      stopOther();
      if (to === 'playing') listeners.add('state', (later) => heard.push(`late ${later}`));
    });
    stopOther = listeners.add('state', (to) => heard.push(`other ${to}`));
    listeners.tell('state', 'playing');
    listeners.tell('state', 'ended');
    expect(heard).toEqual(['first playing', 'first ended', 'late ended']);
  });
});
