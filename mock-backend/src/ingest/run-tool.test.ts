import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { runTool } from './run-tool.ts';

const node = (script: string, ...args: string[]) => [process.execPath, ['-e', script, ...args]] as const;
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const until = async (condition: () => boolean) => {
  const endMs = performance.now() + 10_000;
  while (!condition() && performance.now() < endMs) await new Promise((resolve) => setTimeout(resolve, 20));
  return condition();
};

describe('a tool', () => {
  it('gives back what it printed and how it ended', async () => {
    const script = 'console.log(process.argv.slice(1).join()); console.error("oh"); process.exit(3)';
    expect(await runTool(...node(script, 'a b', '$HOME', "it's"))).toEqual({
      exitCode: 3,
      stdout: "a b,$HOME,it's\n",
      stderr: 'oh\n',
    });
  });

  it('that is not installed is named', async () => {
    await expect(runTool('no-such-tool-here', [])).rejects.toMatchObject({
      code: 'ingest/tool-missing',
      context: { tool: 'no-such-tool-here' },
    });
  });

  it('is gone when the abort rejects', async () => {
    const cancel = new AbortController();
    let pid = 0;
    const onStdout = (text: string) => {
      pid = Number(text);
      cancel.abort(new Error('enough'));
    };
    const run = runTool(...node('console.log(process.pid); setInterval(() => {}, 1000)'), {
      signal: cancel.signal,
      onStdout,
    });
    await expect(run).rejects.toThrow('enough');
    expect(pid).toBeGreaterThan(0);
    expect(await until(() => !isAlive(pid))).toBe(true);
  });

  it('never starts for a signal that is aborted already', async () => {
    await expect(
      runTool('no-such-tool-here', [], { signal: AbortSignal.abort(new Error('too late')) }),
    ).rejects.toThrow('too late');
  });

  it.skipIf(process.platform === 'win32')(
    'dies with the process that ran it, even when that is killed outright',
    async () => {
      const here = new URL('run-tool.ts', import.meta.url).href;
      const inner = 'console.log(process.pid); setInterval(() => {}, 1000)';
      const script = `import(${JSON.stringify(here)}).then(({ runTool }) => runTool(process.execPath, ['-e', ${JSON.stringify(inner)}], { onStdout: (text) => console.log(text) }))`;
      const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [text] = await once(parent.stdout, 'data');
      const pid = Number(String(text));
      expect(isAlive(pid)).toBe(true);
      parent.kill('SIGKILL');
      expect(await until(() => !isAlive(pid))).toBe(true);
    },
  );
});
