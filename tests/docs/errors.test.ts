import { readFileSync } from 'node:fs';
import { CONFIG_ERRORS, INGEST_ERRORS, ORIGIN_ERRORS } from '@pressplay/mock-backend/node';
import { ROUTES_ERRORS } from '@pressplay/mock-oca/node';
import { OCA_ERRORS, PLAY_API_ERRORS } from '@pressplay/protocol/wire';
import { SDK_ERROR_CODES } from '@pressplay/sdk-core/testing';
import { FLEET_ERRORS } from '@pressplay/testkit/fleet';
import { describe, expect, it } from 'vitest';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

/** The codes in the first column of a section's table. */
function codesIn(section: string): string[] {
  const text = page.split(`## ${section}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...text.matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code),
  );
}

describe('docs/errors.md lists every code, and no other', () => {
  it.each([
    ['Control plane', Object.keys(PLAY_API_ERRORS)],
    ['OCA', Object.keys(OCA_ERRORS)],
    ['Routes of an OCA', Object.keys(ROUTES_ERRORS)],
    ['SDK', [...SDK_ERROR_CODES]],
    ['Ingest', Object.keys(INGEST_ERRORS)],
    ['Origin', Object.keys(ORIGIN_ERRORS)],
    ['Configuration', CONFIG_ERRORS],
    ['Fleet', Object.keys(FLEET_ERRORS)],
  ])('%s', (section, codes) => {
    expect(codesIn(section).sort()).toEqual([...codes].sort());
  });
});
