import { expect, it } from 'vitest';
import { readSessions } from './bird-sessions.ts';

const SHOWN = `Name       Proto      Table      State  Since         Info
device1    Device     ---        up     09:54:38.735  

fjord      BGP        ---        up     09:54:56.249  Established   
  BGP state:          Established
    Neighbor address: 10.77.0.1
  Channel ipv4
    State:          UP
    Routes:         3000 imported, 0 exported, 3000 preferred
    Route change stats:     received   rejected   filtered    ignored   accepted
      Import updates:           3000          0          0          0       3000
      Import withdraws:            0          0        ---          0          0
      Export updates:           3000       3000          0        ---          0
mesa       BGP        ---        start  2026-11-01 09:54:38  Active        Socket: Connection refused
  BGP state:          Active
    Last error:       Socket: Connection refused
old        BGP        master4    down   09:54:38.735  
`;

it('reads the sessions that BIRD shows', () => {
  const sessions = readSessions(SHOWN.split('\n'));
  expect([...sessions.keys()]).toEqual(['fjord', 'mesa', 'old']);
  expect(sessions.get('fjord')).toMatchObject({ up: true, reason: 'Established' });
  expect(sessions.get('mesa')).toMatchObject({ up: false, reason: expect.stringContaining('Connection refused') });
  expect(sessions.get('old')).toMatchObject({ up: false, reason: 'down' });
});

it('sees that routes came or went, or that the session is another one, and nothing else', () => {
  const counts = (text: string) => readSessions(text.split('\n')).get('fjord')?.counts;
  expect(counts(SHOWN.replace('Export updates:           3000', 'Export updates:           3001'))).toBe(counts(SHOWN));
  expect(counts(SHOWN.replace('Import withdraws:            0', 'Import withdraws:            1'))).not.toBe(
    counts(SHOWN),
  );
  expect(counts(SHOWN.replace('09:54:56.249', '09:54:57.249'))).not.toBe(counts(SHOWN));
});
