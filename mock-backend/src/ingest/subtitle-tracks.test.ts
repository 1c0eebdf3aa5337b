import { describe, expect, it } from 'vitest';
import { besideFilm, chooseTracks, trackIdsOf, trackOfFile } from './subtitle-tracks.ts';

describe('the name of a file of subtitles', () => {
  it.each([
    ['/films/film.de.srt', 'de', 'subtitles'],
    ['film.pt-br.SDH.vtt', 'pt-BR', 'captions'],
    ['film.eng.forced.srt', 'en', 'forced'],
    ['A. Film.2024.fr.cc.vtt', 'fr', 'captions'],
    ['film.srt', 'und', 'subtitles'],
    ['film.extended.srt', 'und', 'subtitles'],
    ['film.forced.vtt', 'und', 'forced'],
  ])('%s says what it is', (path, language, kind) => {
    expect(trackOfFile(path)).toEqual({ language, kind, source: { path } });
  });

  it.each(['film.mp4', 'film.de.txt', 'film.de.srt.bak', 'srt'])('%s is none', (path) => {
    expect(trackOfFile(path)).toBeUndefined();
  });
});

it('files belong to the film whose name they begin with, and to no other', () => {
  const names = ['film.mp4', 'film.en.srt', 'film.de.sdh.vtt', 'film2.en.srt', 'film.nfo', 'other.en.srt', 'film.vtt'];
  expect(besideFilm('/films/film.mp4', names)).toEqual(['film.de.sdh.vtt', 'film.en.srt', 'film.vtt']);
});

it('a file takes the place of the stream of its language and kind; other streams stay', () => {
  const file = { language: 'de', kind: 'subtitles' as const, source: { path: 'film.de.srt' } };
  const streams = [
    { streamIndex: 2, language: 'de', kind: 'subtitles' as const },
    { streamIndex: 3, language: 'de', kind: 'forced' as const },
    { streamIndex: 4, language: 'en', kind: 'subtitles' as const },
  ];
  expect(chooseTracks([file], streams)).toEqual([
    file,
    { language: 'de', kind: 'forced', source: { streamIndex: 3 } },
    { language: 'en', kind: 'subtitles', source: { streamIndex: 4 } },
  ]);
});

it('tracks have names of their own', () => {
  const track = (language: string, kind: 'subtitles' | 'captions' | 'forced') => ({ language, kind });
  const long = 'de-Latn-DE-1996-x-something-long';
  const tracks = [track('pt-BR', 'subtitles'), track('de', 'captions'), track('de', 'captions'), track(long, 'forced')];
  const ids = trackIdsOf([...tracks, track(long, 'forced')]);
  expect(ids.slice(0, 3)).toEqual(['pt-br', 'de-captions', 'de-captions-2']);
  expect(new Set(ids).size).toBe(5);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9][a-z0-9-]{0,31}$/);
});
