import { buildStage } from './src/startup/stage.ts';

const stage = await buildStage({ rttMs: 40, rateBps: 8e6 });
const kinds = (process.argv[2] ?? 'ours').split(',');
try {
  for (let i = 0; i < 3; i++)
    for (const kind of kinds) {
      const context = await stage.browser.newContext();
      const page = await context.newPage();
      const { readFileSync } = await import('node:fs');
      const s = await context.newCDPSession(page);
      const rows: string[] = [];
      const urls = new Map<string, string>();
      const t0 = 0;
      const ev: [number, string][] = [];
      s.on('Network.requestWillBeSent', (e) => {
        urls.set(
          e.requestId,
          e.request.method +
            ' ' +
            e.request.url.slice(0, 30) +
            '..' +
            e.request.url.slice(-8) +
            ' ' +
            (e.request.headers.Range ?? ''),
        );
        ev.push([e.timestamp * 1000, 'ask  ' + urls.get(e.requestId)]);
      });
      s.on('Network.responseReceived', (e) => {
        const t = e.response.timing;
        ev.push([
          e.timestamp * 1000,
          'head ' +
            urls.get(e.requestId) +
            ` status ${e.response.status} conn=${t ? (t.connectEnd - t.connectStart).toFixed(0) : ''} send=${t?.sendStart.toFixed(0)} hdr=${t?.receiveHeadersEnd.toFixed(0)}`,
        ]);
      });
      s.on('Network.loadingFinished', (e) =>
        ev.push([e.timestamp * 1000, 'done ' + urls.get(e.requestId) + ' ' + e.encodedDataLength]),
      );
      s.on('Network.loadingFailed', (e) =>
        ev.push([e.timestamp * 1000, 'fail ' + urls.get(e.requestId) + ' ' + e.errorText]),
      );
      await s.send('Network.enable');
      await page.goto(stage.pages.pageUrl(kind as never));
      await page.waitForTimeout(500);
      ev.length = 0;
      const opts =
        kind === 'ours'
          ? { titleId: stage.title.titleId, regions: stage.regions, accessToken: stage.accessToken }
          : kind === 'hls.js'
            ? { url: stage.manifests.hlsUrl, config: {} }
            : {
                url: stage.manifests.dashUrl,
                config: {
                  abr: { useNetworkInformation: false, defaultBandwidthEstimate: 4e5 },
                  streaming: { segmentPrefetchLimit: 0 },
                },
              };
      const marks = await page.evaluate(
        async ([kind, options]) => {
          const w = window as any;
          const marks: [number, string][] = [];
          const video = document.querySelector('video')!;
          const MS = w.MediaSource;
          const add = MS.prototype.addSourceBuffer;
          MS.prototype.addSourceBuffer = function (t: string) {
            marks.push([performance.now(), 'addSourceBuffer ' + t]);
            return add.call(this, t);
          };
          const ap = w.SourceBuffer.prototype.appendBuffer;
          w.SourceBuffer.prototype.appendBuffer = function (b: any) {
            marks.push([performance.now(), 'append ' + b.byteLength]);
            this.addEventListener('updateend', () => marks.push([performance.now(), 'updateend']), { once: true });
            return ap.call(this, b);
          };
          const rd = w.ReadableStreamDefaultReader.prototype.read;
          w.ReadableStreamDefaultReader.prototype.read = function () {
            const p = rd.call(this);
            p.then(
              (r: any) => marks.push([performance.now(), 'chunk ' + (r.done ? 'END' : r.value.length)]),
              () => {},
            );
            return p;
          };
          const oj = JSON.parse;
          JSON.parse = (...a: any[]) => {
            const t = performance.now();
            const r = (oj as any)(...a);
            marks.push([t, 'JSON.parse ' + (performance.now() - t).toFixed(1)]);
            return r;
          };
          const po = new PerformanceObserver((l: any) => {
            for (const e of l.getEntries()) marks.push([e.startTime, 'LONGTASK ' + e.duration]);
          });
          po.observe({ entryTypes: ['longtask'] });
          const co = URL.createObjectURL;
          URL.createObjectURL = (o: any) => {
            marks.push([performance.now(), 'objectURL']);
            o.addEventListener?.('sourceopen', () => marks.push([performance.now(), 'sourceopen']));
            return co.call(URL, o);
          };
          for (const n of ['loadedmetadata', 'canplay', 'playing', 'loadeddata', 'play'])
            video.addEventListener(n, () => marks.push([performance.now(), n]));
          const t0 = performance.now();
          marks.push([t0, 'START']);
          w.bench.start(kind, options);
          await new Promise((r) => video.addEventListener('playing', r, { once: true }));
          await new Promise((r) => setTimeout(r, 200));
          return { marks: [...marks, ...(w.__m ?? [])], t0, t1: performance.now() };
        },
        [kind, opts] as const,
      );
      // align: first request after START ~ START
      const first = Math.min(...ev.filter((e) => e[1].startsWith('ask')).map((e) => e[0]));
      const all = [
        ...ev.map(([t, x]) => [t - first, x] as const),
        ...marks.marks.map(([t, x]) => [t - marks.t0, '      * ' + x] as const),
      ].sort((a, b) => a[0] - b[0]);
      console.log('=====', kind);
      for (const [t, x] of all) console.log(t.toFixed(0).padStart(5), x);
      await context.close();
    }
} finally {
  await stage.close();
}
