export function formatBps(bps: number | undefined): string {
  if (bps === undefined) return '–';
  if (bps < 1_000) return 'idle';
  if (bps < 1_000_000) return `${Math.round(bps / 1_000)} kb/s`;
  return `${(bps / 1_000_000).toFixed(bps < 10_000_000 ? 1 : 0)} Mb/s`;
}

export function formatMs(ms: number | undefined): string {
  if (ms === undefined) return '–';
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  return ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

export function formatClock(ms: number): string {
  const totalS = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(totalS / 60)}:${String(totalS % 60).padStart(2, '0')}`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(0)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

export function formatTime(wallMs: number): string {
  return new Date(wallMs).toLocaleTimeString('en-GB');
}
