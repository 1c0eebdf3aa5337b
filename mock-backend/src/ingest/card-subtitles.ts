import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const CUE_S = 4;

/** What the card says of itself, by language and kind as in the names of files. */
const LINES: Readonly<Record<string, (fromS: number, toS: number) => string>> = {
  'en.sdh': (fromS, toS) => `[a tone sounds]\nThe test card, second ${fromS} to ${toS}`,
  de: (fromS, toS) => `Das Testbild, Sekunde ${fromS} bis ${toS}`,
};

/** SubRip files for the test card: a cue every four seconds. Answers with their paths. */
export function writeCardSubtitles(folder: string, durationS: number): Promise<string[]> {
  const write = async ([name, line]: [string, (typeof LINES)[string]]): Promise<string> => {
    const path = join(folder, `test-card.${name}.srt`);
    await writeFile(path, cardSubtitles(durationS, line));
    return path;
  };
  return Promise.all(Object.entries(LINES).map(write));
}

function cardSubtitles(durationS: number, line: (fromS: number, toS: number) => string): string {
  const cues = Array.from({ length: Math.floor(durationS / CUE_S) }, (_, number) => {
    const [fromS, toS] = [number * CUE_S, (number + 1) * CUE_S];
    return `${number + 1}\n${srtTime(fromS)} --> ${srtTime(toS)}\n${line(fromS, toS)}\n`;
  });
  return cues.join('\n');
}

const srtTime = (seconds: number): string => `${new Date(seconds * 1000).toISOString().slice(11, 19)},000`;
