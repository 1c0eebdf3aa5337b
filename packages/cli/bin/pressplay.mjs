#!/usr/bin/env node
import { existsSync } from 'node:fs';

const bundle = new URL('../dist/index.mjs', import.meta.url);
if (existsSync(bundle)) {
  const { main } = await import(bundle.href);
  await main(process.argv.slice(2));
} else {
  console.error('The pressplay command has no build. Run: npm run build');
  process.exitCode = 1;
}
