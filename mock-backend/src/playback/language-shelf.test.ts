import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LanguageShelf } from './language-shelf.ts';
import { languagesOf } from './languages.ts';

it('tells what follows from the title and the wishes, however often and whoever asked before', () => {
  const tags = fc.array(fc.oneof(fc.constantFrom('en', 'en-GB', 'de', '2:en', 'en2:de', '/'), fc.string()), {
    maxLength: 3,
  });
  const track = { trackId: 't1', language: 'de', kind: 'full', fileId: 'f', sizeBytes: 1, servers: [0] } as const;
  const subtitles = fc.constantFrom([], [track]);
  const asked = fc.record({ heard: tags, audioLanguages: tags, subtitleLanguages: tags, subtitles });
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 8 }), (all) => {
      const shelf = new LanguageShelf();
      for (const { heard, subtitles: tracks, ...preferences } of [...all, ...all]) {
        const { languages, json } = shelf.find(heard, tracks as never, preferences);
        expect(languages).toEqual(languagesOf(heard, tracks as never, preferences));
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(languages)));
      }
      expect(shelf.find(['en'], [], undefined).languages).toEqual(languagesOf(['en'], []));
    }),
  );
});
