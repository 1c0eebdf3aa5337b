import { failover } from './src/failover/failover.ts';
import { startup } from './src/startup/startup.ts';
import { parseArgs } from 'node:util';
const text = { type: 'string' } as const;
const { values, positionals } = parseArgs({ allowPositionals: true, options: { runs: text, players: text, faults: text, screenshots: text } });
const m = await (positionals[0] === 'startup' ? startup : failover)(values);
console.table(m.map(({ name, value, target }) => ({ name, value, target })));
