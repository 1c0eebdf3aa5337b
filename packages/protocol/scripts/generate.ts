import { writeFileSync } from 'node:fs';
import { generateMessages } from '../src/generate-messages.ts';

writeFileSync(new URL('../src/messages.generated.ts', import.meta.url), await generateMessages());
