import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';

/** What the disk itself counted since the last reset. */
export interface DiskCounters {
  readonly readBytes: number;
  readonly positionings: number;
}

/** Why an emulated disk cannot be had here; undefined where it can. */
export function whyNoEmulator(emulatorDir: string): string | undefined {
  if (!existsSync(join(emulatorDir, 'up.sh')))
    return `there is no emulated disk at ${emulatorDir} (--hdd-emulator names it)`;
  if (process.platform !== 'linux') return 'this is no Linux';
  if (process.getuid?.() !== 0) return 'it needs root, to mount';
  if (!existsSync('/dev/fuse')) return 'there is no /dev/fuse';
  if (!existsSync('/dev/loop-control')) return 'there are no loop devices';
  return undefined;
}

/** A block device with a file system whose reads cost what a 7,200 rpm disk charges. */
export class EmulatedDisk {
  readonly #emulatorDir: string;
  readonly #dir: string;

  static async up(emulatorDir: string, dir: string, sizeMib: number): Promise<EmulatedDisk> {
    await mkdir(dir, { recursive: true });
    const disk = new EmulatedDisk(emulatorDir, dir);
    disk.#run('up.sh', String(sizeMib));
    return disk;
  }

  private constructor(emulatorDir: string, dir: string) {
    this.#emulatorDir = emulatorDir;
    this.#dir = dir;
  }

  /** The file system itself: ext4 puts a folder made in it on any zone of the disk, its files in order from the outside. */
  get folder(): string {
    return join(this.#dir, 'vol');
  }

  /** Full speed, to fill it, or that of the disk. */
  async speed(speed: 'fast' | 'slow'): Promise<void> {
    await this.#control(`ctl-${speed}`);
  }

  async resetCounters(): Promise<void> {
    await this.#control('ctl-reset');
  }

  async counters(): Promise<DiskCounters> {
    await this.#control('ctl-stats');
    const { bytes, pos } = JSON.parse(readFileSync(join(this.#dir, 'stats.json'), 'utf8'));
    return { readBytes: bytes, positionings: pos };
  }

  readAhead(kib: number): void {
    const device = basename(readFileSync(join(this.#dir, 'loop.dev'), 'utf8').trim());
    writeFileSync(`/sys/block/${device}/queue/read_ahead_kb`, String(kib));
  }

  down(): void {
    this.#run('down.sh');
  }

  #run(script: string, ...more: string[]): void {
    const { status, stderr } = spawnSync(join(this.#emulatorDir, script), [this.#dir, ...more], {
      // The emulator lives on behind the script: it must not hold its output open.
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      timeout: 60_000,
    });
    if (status !== 0) throw new Error(`${script} failed: ${stderr.trim()}`);
  }

  /** The emulator listens for names that are looked up. */
  async #control(name: string): Promise<void> {
    await stat(join(this.#dir, 'mnt', name)).catch(() => {});
  }
}
