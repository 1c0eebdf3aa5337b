import { createServer, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { assertPortsFree, findFreeBasePort, findTakenPort, portsFrom } from './ports.ts';

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function holdAnyPort(): Promise<number> {
  const server = createServer();
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

it('names the port that is taken, who wants it and the option that moves the fleet', async () => {
  const port = await holdAnyPort();
  const claims = [{ owner: 'region us-east-1', host: '127.0.0.1', port }];
  await expect(assertPortsFree(claims)).rejects.toMatchObject({
    code: 'fleet/port-in-use',
    message: expect.stringMatching(new RegExp(`Port ${port} is in use: region us-east-1 .*--port N`)),
  });
});

it('gives ports back after looking at them', async () => {
  const base = await findFreeBasePort();
  const claims = [{ owner: 'x', host: '127.0.0.1', port: base }];
  expect(await findTakenPort(claims)).toBeUndefined();
  expect(await findTakenPort(claims)).toBeUndefined();
});

it('places control room, regions, database and OCAs without an overlap', () => {
  const { control, firstRegion, postgres, oca } = portsFrom(8500);
  const all = [control, firstRegion, firstRegion + 1, firstRegion + 2, postgres, oca];
  expect(new Set(all).size).toBe(6);
  expect(all).toEqual([8500, 8501, 8502, 8503, 8509, 8600]);
});
