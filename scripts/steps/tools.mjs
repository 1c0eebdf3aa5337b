import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { npm, ROOT, run, works } from './run.mjs';
import { StepError, say } from './terminal.mjs';

/** Its list comes in seconds or, behind a firewall that swallows packets, not for minutes. */
const APT_UPDATE_TIMEOUT_MS = 40_000;
const APT_INSTALL_TIMEOUT_MS = 600_000;

/** True when ffmpeg works, after trying the system's package manager where that needs no password. */
export async function ensureFfmpeg() {
  if (works('ffmpeg')) return true;
  if (await aptInstall('ffmpeg')) return works('ffmpeg');
  return false;
}

/** True when there is an nginx with the Lua module, after trying the system's package manager where that needs no password. */
export async function ensureNginx() {
  if (nginxHasLua()) return true;
  // Debian's package starts a web server on port 80 at once, which nobody asked for.
  const isInstalled = await withoutServices(() => aptInstall('nginx', 'libnginx-mod-http-lua'));
  return isInstalled && nginxHasLua();
}

/** True when there is a BIRD 2, after trying the system's package manager where that needs no password. */
export async function ensureBird() {
  if (birdWorks()) return true;
  const isInstalled = await withoutServices(() => aptInstall('bird2'));
  return isInstalled && birdWorks();
}

function birdWorks() {
  return ['bird', '/usr/sbin/bird'].some((program) => {
    const { status, stdout, stderr } = spawnSync(program, ['--version'], { encoding: 'utf8' });
    return status === 0 && /version [2-9]/.test(stdout + stderr);
  });
}

/** Debian keeps it out of the path of everybody but root. */
function nginxHasLua() {
  for (const binary of ['nginx', '/usr/sbin/nginx', 'openresty']) {
    const { status, stderr } = spawnSync(binary, ['-V'], { encoding: 'utf8' });
    if (status !== 0) continue;
    const folder = /--modules-path=(\S+)/.exec(stderr)?.[1];
    if (/version: openresty|lua-nginx-module/.test(stderr)) return true;
    if (folder !== undefined && existsSync(path.join(folder, 'ngx_http_lua_module.so'))) return true;
  }
  return false;
}

/** Debian asks this program before a package may start its service. A machine that has one already has its own rule. */
async function withoutServices(perform) {
  const policy = '/usr/sbin/policy-rc.d';
  if (process.getuid?.() !== 0 || !isDebian() || existsSync(policy)) return perform();
  const remove = () => rmSync(policy, { force: true });
  // Also when somebody ends this script meanwhile.
  process.once('exit', remove);
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await perform();
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/** The path of a Chromium that starts: the one named, an installed one, Playwright's, else the system's package. */
export async function ensureChromium() {
  const named = process.env.PRESSPLAY_CHROMIUM;
  if (named) {
    if (works(named, ['--version'])) return named;
    throw new StepError(`PRESSPLAY_CHROMIUM names ${named}, which does not start`);
  }
  const found = findInstalledChromium() ?? startable(await playwrightsPath());
  if (found) return found;
  // Debian's package brings the libraries that a bare machine lacks. Elsewhere that name may be a stub of something else.
  if (isDebian() && (await aptInstall('chromium'))) {
    const packaged = findInstalledChromium();
    if (packaged) return packaged;
  }
  say('   No Chromium found: trying Playwright’s own');
  const downloaded = await installPlaywrights();
  if (startable(downloaded)) return downloaded;
  throw new StepError(
    downloaded
      ? `Playwright’s Chromium does not start here: libraries are missing. Run "npx playwright install-deps chromium" once, or install Chromium with your package manager.`
      : 'No Chromium found and none could be installed. Install Chromium or Chrome (on Debian: sudo apt-get install chromium), or name one with PRESSPLAY_CHROMIUM=/path/to/chromium.',
  );
}

function findInstalledChromium() {
  const candidates = [
    '/usr/bin/chromium',
    'google-chrome',
    'chromium-browser',
    'chromium',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ];
  // An absolute path: whoever starts the browser does not search for it.
  return candidates.map(absolutePath).find(startable);
}

function startable(file) {
  return file !== undefined && works(file, ['--version']) ? file : undefined;
}

function absolutePath(command) {
  if (path.isAbsolute(command)) return existsSync(command) ? command : undefined;
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.map((folder) => path.join(folder, command)).find((file) => existsSync(file));
}

/** Downloads Playwright’s own Chromium; its path where that worked. Said in one line: it is only tried. */
async function installPlaywrights() {
  try {
    await npm(['exec', '--no', '--', 'playwright', 'install', 'chromium'], {
      silent: true,
      timeoutMs: 240_000,
      name: 'Playwright',
    });
    return await playwrightsPath();
  } catch (error) {
    say(`   It could not be downloaded: ${error.message}`);
    return undefined;
  }
}

/** Where Playwright keeps its Chromium, when it has one. */
async function playwrightsPath() {
  const script = "import('@playwright/test').then(({ chromium }) => console.log(chromium.executablePath()))";
  const file = (await run(process.execPath, ['-e', script], { quiet: true, cwd: path.join(ROOT, 'tests') })).trim();
  return existsSync(file) ? file : undefined;
}

function isDebian() {
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** Only as root on a Debian: anything else would ask for a password. */
async function aptInstall(...packages) {
  const name = packages.join(' and ');
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return false;
  say(`   Installing ${name} with apt-get`);
  const options = { quiet: true, env: { DEBIAN_FRONTEND: 'noninteractive' }, name: 'apt-get' };
  // Another apt may run: the machine's own updates, or another checkout.
  const patience = ['-o', 'DPkg::Lock::Timeout=120'];
  try {
    await run('apt-get', ['update', '-qq'], { ...options, timeoutMs: APT_UPDATE_TIMEOUT_MS });
    const install = ['install', '-y', '-qq', '--no-install-recommends', ...patience, ...packages];
    await run('apt-get', install, { ...options, timeoutMs: APT_INSTALL_TIMEOUT_MS });
    return true;
  } catch (error) {
    say(`   ${name} could not be installed: ${error.message}`);
    return false;
  }
}
