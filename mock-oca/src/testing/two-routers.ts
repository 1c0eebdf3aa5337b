import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBird } from '../routes/node/find-bird.ts';

export const ISP = { asn: 64501, address: '10.77.0.1', address6: 'fd77::1' } as const;
export const APPLIANCE = { asn: 64999, address: '10.77.0.2', address6: 'fd77::2' } as const;
const PASSWORD = 'fjord and mesa';

let made = 0;

/** Why this machine cannot hold two routers; undefined where it can. */
export function whyNoRouters(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'network namespaces need root on Linux';
  try {
    findBird();
  } catch {
    return 'there is no BIRD 2';
  }
  const name = `pressplay-try-${process.pid}`;
  const { status, error } = spawnSync('ip', ['netns', 'add', name]);
  if (error) return 'there is no ip (iproute2)';
  if (status !== 0) return 'network namespaces cannot be made here';
  run('ip', ['netns', 'del', name]);
  return undefined;
}

/** Two network namespaces on one link: an ISP's router, a real BIRD, in one; the other is for the appliance's. */
export class TwoRouters {
  readonly folder = mkdtempSync(join(tmpdir(), 'two-routers-'));
  readonly passwordFile = join(this.folder, 'password');
  readonly #isp: string;
  readonly #own: string;
  readonly #options: { readonly active?: boolean };
  #bird: ChildProcess | undefined;

  /** `active`: the ISP's router begins. */
  constructor(options: { readonly active?: boolean } = {}) {
    made += 1;
    this.#options = options;
    this.#isp = `pressplay-isp-${process.pid}-${made}`;
    this.#own = `pressplay-own-${process.pid}-${made}`;
    const link = `pp${process.pid % 100_000}x${made}`;
    chmodSync(this.folder, 0o755);
    writeFileSync(this.passwordFile, `${PASSWORD}\n`, { mode: 0o600 });
    for (const name of [this.#isp, this.#own]) run('ip', ['netns', 'add', name]);
    run('ip', [
      'link',
      'add',
      `${link}a`,
      'netns',
      this.#isp,
      'type',
      'veth',
      'peer',
      'name',
      `${link}b`,
      'netns',
      this.#own,
    ]);
    for (const [name, device, side] of [
      [this.#isp, `${link}a`, ISP],
      [this.#own, `${link}b`, APPLIANCE],
    ] as const) {
      run('ip', ['-n', name, 'addr', 'add', `${side.address}/24`, 'dev', device]);
      run('ip', ['-n', name, 'addr', 'add', `${side.address6}/64`, 'dev', device, 'nodad']);
      run('ip', ['-n', name, 'link', 'set', device, 'up']);
    }
  }

  /** A program that is BIRD in the appliance's namespace. */
  get program(): string {
    const path = join(this.folder, 'bird');
    writeFileSync(path, `#!/bin/sh\nexec ip netns exec ${this.#own} ${findBird()} "$@"\n`, { mode: 0o755 });
    return path;
  }

  /** The router of the ISP announces these, and nothing else. */
  announce(prefixes: readonly string[], password = PASSWORD): void {
    writeFileSync(join(this.folder, 'isp.conf'), this.#configOf(prefixes, password));
    if (this.#bird) run('birdc', ['-s', join(this.folder, 'isp.ctl'), 'configure']);
    else this.#start();
  }

  /** It is gone at once, as in a loss of power. */
  async lose(): Promise<void> {
    const gone = new Promise((resolve) => this.#bird?.once('exit', resolve));
    this.#bird?.kill('SIGKILL');
    await gone;
    this.#bird = undefined;
  }

  async close(): Promise<void> {
    if (this.#bird) await this.lose();
    for (const name of [this.#isp, this.#own]) spawnSync('ip', ['netns', 'del', name]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #start(): void {
    const args = ['-f', '-c', join(this.folder, 'isp.conf'), '-s', join(this.folder, 'isp.ctl')];
    // `ip netns exec` becomes the program: the signal reaches it.
    this.#bird = spawn('ip', ['netns', 'exec', this.#isp, findBird(), ...args], { stdio: 'ignore' });
  }

  #configOf(prefixes: readonly string[], password: string): string {
    const routesOf = (isSix: boolean): string =>
      prefixes
        .filter((prefix) => prefix.includes(':') === isSix)
        .map((prefix) => `route ${prefix} blackhole;`)
        .join('\n');
    const session = (name: string, own: string, other: string, family: string): string => `protocol bgp ${name} {
  local ${own} as ${ISP.asn}; neighbor ${other} port 1790 as ${APPLIANCE.asn};
  ${this.#options.active ? 'connect delay time 1; connect retry time 1;' : 'passive on;'} error wait time 1, 2;
  password "${password}";
  ${family} { import none; export filter { bgp_med = 20; bgp_community.add((${ISP.asn},100)); accept; }; };
}`;
    return `router id ${ISP.address};
protocol device { }
protocol static s4 { ipv4; ${routesOf(false)} }
protocol static s6 { ipv6; ${routesOf(true)} }
${session('own4', ISP.address, APPLIANCE.address, 'ipv4')}
${session('own6', ISP.address6, APPLIANCE.address6, 'ipv6')}
`;
  }
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error ?? stderr}`);
}
