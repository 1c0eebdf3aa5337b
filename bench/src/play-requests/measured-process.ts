/** What a process has used so far. */
export interface Usage {
  readonly cpuUs: number;
  readonly residentBytes: number;
}

export function readUsage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system, residentBytes: process.memoryUsage.rss() };
}
