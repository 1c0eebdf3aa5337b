import { describe, expect, it } from 'vitest';
import { readRoutes } from './read-routes.ts';

const lines = (text: string) => text.split('\n');

const BIRD_2 = `BIRD 2.0.12 ready.
Table master4:
198.51.100.0/24      unicast [fjord4 2026-11-01 10:12:45.123] * (100) [AS64501i]
	via 192.0.2.1 on eth0
	Type: BGP univ
	BGP.origin: IGP
	BGP.as_path: 64501
	BGP.next_hop: 192.0.2.1
	BGP.med: 20
	BGP.local_pref: 100
                     unicast [mesa4 2026-11-01 10:12:40.001] (100) [AS64501i]
	via 192.0.2.9 on eth0
	Type: BGP univ
	BGP.as_path:
	BGP.local_pref: 90
192.0.2.0/24         unicast [direct1 2026-11-01 10:00:00.000] * (240)
	dev eth0
	Type: device univ
203.0.113.0/24       unicast [mesa4 2026-11-01 10:12:40.001 from 192.0.2.9] * (100) [AS64503i]
	via 192.0.2.9 on eth0
	Type: BGP univ
	BGP.as_path: 64502 64502 {64503 64504}
	BGP.community: (64502,100) (64502,200)
	BGP.large_community: (64502, 1, 2)

Table master6:
2001:db8:a::/48      unicast [fjord6 2026-11-01 10:12:45.999] * (100) [AS64501i]
	via fe80::1 on eth0
	Type: BGP univ
	BGP.as_path: 64501
`;

const BIRD_1 = `BIRD 1.6.8 ready.
198.51.100.0/24    via 192.0.2.1 on eth0 [fjord 2026-11-01] * (100) [AS64501i]
	Type: BGP unicast univ
	BGP.as_path: 64501
	BGP.med: 5
`;

const MRT = `TABLE_DUMP2|1793500000|B|192.0.2.1|64501|198.51.100.0/24|64501 64501|IGP|192.0.2.1|0|30|64501:100|NAG||
TABLE_DUMP2|1793500000|B|192.0.2.9|64502|198.51.100.0/24|64502|IGP|192.0.2.9|0|0||NAG||
TABLE_DUMP2|1793500000|B|192.0.2.9|64502|203.0.113.0/24|64502 {64503,64504}|INCOMPLETE|192.0.2.9|0|0||AG|64503 192.0.2.77|
TABLE_DUMP2|1793500000|B|2001:db8::1|64501|2001:DB8:A::/48|64501 196608|IGP|2001:db8::1|100|||NAG||
BGP4MP|1793500001|STATE|192.0.2.1|64501|5|6
BGP4MP|1793500001|A|192.0.2.1|64501|192.0.2.128/25|64501 1.10|IGP|192.0.2.1|0|0||NAG||
BGP4MP|1793500002|W|192.0.2.9|64502|203.0.113.0/24
TABLE_DUMP2|1793500000|B|192.0.2.9|64502|203.0.113.0/33|64502|IGP|192.0.2.9|0|0||NAG||
`;

describe('routes are read from', () => {
  it('BIRD 2: the best of each prefix, both families, nothing but BGP', () => {
    expect(readRoutes(lines(BIRD_2))).toEqual({
      format: 'bird',
      routes: [
        { prefix: '198.51.100.0/24', asPath: [64501], med: 20, nextHop: '192.0.2.1' },
        {
          prefix: '203.0.113.0/24',
          asPath: [64502, 64502, 64503],
          med: 0,
          communities: ['64502:100', '64502:200', '64502:1:2'],
        },
        { prefix: '2001:db8:a::/48', asPath: [64501], med: 0 },
      ],
      wrong: [],
      wrongCount: 0,
    });
  });

  it('BIRD 1', () => {
    expect(readRoutes(lines(BIRD_1)).routes).toEqual([{ prefix: '198.51.100.0/24', asPath: [64501], med: 5 }]);
  });

  it('MRT as bgpdump prints it: the shortest path, updates and withdrawals, with the wrong lines named', () => {
    expect(readRoutes(lines(MRT))).toEqual({
      format: 'mrt',
      routes: [
        { prefix: '198.51.100.0/24', asPath: [64502], med: 0 },
        { prefix: '2001:db8:a::/48', asPath: [64501, 196608], med: 0 },
        { prefix: '192.0.2.128/25', asPath: [64501, 65546], med: 0 },
      ],
      wrong: [{ line: 8, text: '203.0.113.0/33' }],
      wrongCount: 1,
    });
  });

  it('JSON lines, as OCAs report them', () => {
    const text = `{"prefix":"10.0.0.7/8","asPath":[1,2],"med":3}
{"prefix":"::/0"}
{"prefix":"10.0.0.0/8","asPath":"1"}
{oops`;
    expect(readRoutes(lines(text))).toEqual({
      format: 'json',
      routes: [
        { prefix: '10.0.0.0/8', asPath: [1, 2], med: 3 },
        { prefix: '::/0', asPath: [], med: 0 },
      ],
      wrong: [
        { line: 3, text: '10.0.0.0/8' },
        { line: 4, text: '{oops' },
      ],
      wrongCount: 2,
    });
  });

  it('nothing that is none', () => {
    expect(readRoutes(['hello', 'world'])).toMatchObject({ routes: [] });
  });
});
