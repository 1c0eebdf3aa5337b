import { expect, it } from 'vitest';
import { readMetrics } from '../testing/read-metrics.ts';
import { TallyCounter, TallyHistogram } from './tallies.ts';

const shared = { region: 'us-east-1' };

it('counts by labels, whatever stands in them', () => {
  const counter = new TallyCounter('things_total', 'Things.');
  const odd = 'a "quoted" \\ back\nslash';
  const [one, two] = [counter.tally({ kind: odd }), counter.tally({ kind: 'plain' })];
  one.count += 3;
  two.count += 1;
  const text = counter.text(shared);
  expect(text).toContain('kind="a \\"quoted\\" \\\\ back\\nslash"');
  expect(readMetrics(text).value('things_total', { kind: 'plain', ...shared })).toBe(1);
  one.count += 1;
  expect(counter.text(shared)).toContain('} 4\n');
});

it('spreads durations over its bounds: a value on a bound lies below it', () => {
  const histogram = new TallyHistogram('took_seconds', 'Time.', [0.01, 0.1, 1]);
  const spread = histogram.spread({ route: '/a' });
  for (const valueS of [0.005, 0.01, 0.02, 0.1, 0.5, 7]) spread.note(valueS);
  const lines = histogram.text(shared).split('\n');
  const below = (le: string) => `took_seconds_bucket{le="${le}",route="/a",region="us-east-1"}`;
  expect(lines).toEqual(
    expect.arrayContaining([
      '# TYPE took_seconds histogram',
      `${below('0.01')} 2`,
      `${below('0.1')} 4`,
      `${below('1')} 5`,
      `${below('+Inf')} 6`,
      'took_seconds_sum{route="/a",region="us-east-1"} 7.635',
      'took_seconds_count{route="/a",region="us-east-1"} 6',
    ]),
  );
});
