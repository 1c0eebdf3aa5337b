// Bundled by the test and run in Chromium: the core's rules for each port, kept by the browser's real ones.
import type { CatalogTitle } from '@pressplay/protocol/messages';
import { type Presentation, presentationOf, type RangeRequest } from '@pressplay/sdk-core';
import { type ConformanceCase, clockCases, httpClientCases, mediaEngineCases } from '@pressplay/sdk-core/testing';
import { domClock, fetchHttpClient, HlsEngine } from '@pressplay/sdk-web';

export type Outcome = { readonly name: string; readonly broken?: string };

declare global {
  interface Window {
    runCases(port: 'Clock' | 'HttpClient' | 'MediaEngine', name: string): Promise<Outcome>;
    caseNames: Readonly<Record<'Clock' | 'HttpClient' | 'MediaEngine', readonly string[]>>;
    harness: { readonly baseUrl: string; readonly title: CatalogTitle };
  }
}

const passMs = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));
const namesOf = (cases: readonly { readonly name: string }[]): string[] => cases.map(({ name }) => name);

window.caseNames = {
  Clock: namesOf(clockCases),
  HttpClient: namesOf(httpClientCases),
  MediaEngine: namesOf(mediaEngineCases),
};

window.runCases = (port, name) => {
  if (port === 'Clock') return run(clockCases, name, () => ({ clock: domClock(), passMs }));
  if (port === 'HttpClient') {
    const { baseUrl } = window.harness;
    return run(httpClientCases, name, () => ({
      http: fetchHttpClient(),
      baseUrl,
      deadUrl: 'http://127.0.0.1:9/',
      passMs,
    }));
  }
  return run(mediaEngineCases, name, engineHarness);
};

async function run<Harness>(
  cases: readonly ConformanceCase<Harness>[],
  name: string,
  make: () => Harness | Promise<Harness>,
): Promise<Outcome> {
  const found = cases.find((candidate) => candidate.name === name);
  try {
    await found?.run(make);
    return { name };
  } catch (error) {
    return { name, broken: String(error) };
  }
}

async function engineHarness() {
  const presentation = presentationOfTitle(window.harness.title);
  const files = new Map<string, Uint8Array>();
  await Promise.all(
    [...presentation.video, ...presentation.audio].map(async ({ fileId }) => {
      files.set(fileId, new Uint8Array(await (await fetch(`/files/${fileId}`)).arrayBuffer()));
    }),
  );
  const video = document.querySelector('video') as HTMLVideoElement;
  return {
    engine: new HlsEngine({ video, bufferGoalMs: 8000 }),
    clock: domClock(),
    presentation,
    bytesOf: ({ rendition, startByte, endByte }: RangeRequest) =>
      (files.get(rendition.fileId) ?? new Uint8Array()).slice(startByte, endByte),
    passMs,
  };
}

function presentationOfTitle({ titleId, name, durationMs, renditions }: CatalogTitle): Presentation {
  const grant = { playId: '0'.repeat(32), token: 'none', expiresInMs: 1, servers: [] };
  return presentationOf({
    titleId,
    titleName: name,
    durationMs,
    region: 'none',
    client: { address: '' },
    fileSets: [{ servers: [0], renditions }],
    ...grant,
  });
}
