import { spawnSync } from 'node:child_process';

/** Why tests that encode are skipped here; undefined where they can run. */
export const ffmpegMissing: string | undefined = ['ffmpeg', 'ffprobe'].some(
  (tool) => spawnSync(tool, ['-version']).status !== 0,
)
  ? 'ffmpeg and ffprobe are not installed'
  : undefined;

/** Runs a tool and gives what it printed; throws with its errors, also those it only warned of. */
export function toolOutput(command: string, args: readonly string[]): Buffer {
  const { status, stdout, stderr } = spawnSync(command, ['-v', 'error', ...args], { maxBuffer: 256 * 1024 * 1024 });
  if (status !== 0 || stderr.length > 0) throw new Error(`${command} ${args.join(' ')}: ${status} ${stderr}`);
  return stdout;
}

/** Makes a clip of ffmpeg's own sources. */
export function makeClip(path: string, ...args: string[]): string {
  toolOutput('ffmpeg', ['-y', ...args, path]);
  return path;
}

export function lavfi(graph: string): string[] {
  return ['-f', 'lavfi', '-i', graph];
}
