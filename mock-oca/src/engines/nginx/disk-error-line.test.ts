import { expect, it } from 'vitest';
import { targetOfDiskError } from './disk-error-line.ts';

const about = 'client: 127.0.0.1, server: , request: "GET /token/file HTTP/1.1", host: "x"';

it.each([
  `2026/11/22 07:00:00 [alert] 12#12: *5 sendfile() failed (5: Input/output error) while sending response to client, ${about}`,
  `2026/11/22 07:00:00 [crit] 12#12: *5 pread() "/disk0/file" failed (5: Input/output error) while sending response to client, ${about}`,
  `2026/11/22 07:00:00 [crit] 12#12: *5 open() "/disk0/file" failed (117: Structure needs cleaning), ${about}`,
])('hears of a failing disk: %s', (line) => {
  expect(targetOfDiskError(line)).toBe('/token/file');
});

it.each([
  `2026/11/22 07:00:00 [info] 12#12: *5 sendfile() failed (104: Connection reset by peer) while sending response to client, ${about}`,
  `2026/11/22 07:00:00 [error] 12#12: *5 open() "/dev/null/nowhere" failed (20: Not a directory), ${about}`,
  `2026/11/22 07:00:00 [error] 12#12: *5 recv() failed (5: Input/output error) while reading response header from upstream, ${about}`,
])('blames no disk for: %s', (line) => {
  expect(targetOfDiskError(line)).toBeUndefined();
});
