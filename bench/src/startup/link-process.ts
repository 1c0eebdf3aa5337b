import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Link, type LinkSettings, type LinkTarget } from './link.ts';

export type { LinkSettings } from './link.ts';

interface LinkOrder {
  readonly settings: LinkSettings;
  readonly targets: readonly LinkTarget[];
}

export interface LinkProcess {
  /** In the order of the targets. */
  readonly ports: readonly number[];
  close(): void;
}

/** Runs the link in a process of its own: what else the bench does must not delay a packet. */
export function startLinkProcess(settings: LinkSettings, targets: readonly LinkTarget[]): Promise<LinkProcess> {
  const child = fork(fileURLToPath(import.meta.url), ['link']);
  const order: LinkOrder = { settings, targets };
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`The link's process ended with ${code}.`)));
    child.once('message', (ports: number[]) => resolve({ ports, close: () => void child.kill() }));
    child.send(order);
  });
}

if (process.send && process.argv[2] === 'link') {
  process.once('disconnect', () => process.exit());
  process.once('message', async ({ settings, targets }: LinkOrder) => {
    const link = new Link(settings);
    process.send?.(await Promise.all(targets.map((target) => link.listen(target))));
  });
}
