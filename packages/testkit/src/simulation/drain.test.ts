import { describe, expect, it } from 'vitest';
import { drainFor } from './drain.ts';

async function steps(count: number, onEnd: () => void): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
  onEnd();
}

describe.each([
  { host: 'in Node', drain: drainFor() },
  { host: 'elsewhere', drain: drainFor({}) },
])('draining $host', ({ drain }) => {
  it('outlasts any chain of promises', async () => {
    let isOver = false;
    void steps(10_000, () => {
      isOver = true;
    });
    await drain();
    expect(isOver).toBe(true);
  });

  it('outlasts it also when asked for by a macrotask', async () => {
    const wasOver = await new Promise<boolean>((resolve) => {
      setImmediate(() => {
        let isOver = false;
        void steps(100, () => {
          isOver = true;
        });
        void drain().then(() => resolve(isOver));
      });
    });
    expect(wasOver).toBe(true);
  });

  it('outlasts a stream of many chunks', async () => {
    let chunks = 0;
    const stream = new ReadableStream<number>({
      pull: (controller) => (chunks++ < 500 ? controller.enqueue(chunks) : controller.close()),
    });
    let isOver = false;
    const read = async (): Promise<void> => {
      const reader = stream.getReader();
      while (!(await reader.read()).done);
      isOver = true;
    };
    void read();
    await drain();
    expect(isOver).toBe(true);
  });

  it('lets the event loop turn now and then', async () => {
    let hasTurned = false;
    setImmediate(() => {
      hasTurned = true;
    });
    for (let i = 0; i < 1001; i++) await drain();
    expect(hasTurned).toBe(true);
  });
});
