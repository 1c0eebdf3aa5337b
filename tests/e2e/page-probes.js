// Runs in the test page before the SDK: watches from outside what the SDK does on the network and the element on screen.
(() => {
  const transfers = [];
  const samples = [];
  const events = [];
  const halfway = [];
  const realFetch = window.fetch.bind(window);

  /** Every request of the page, with the bytes that were read from its body so far. */
  window.fetch = async (url, init) => {
    const range = /bytes=(\d+)-(\d*)/.exec(init?.headers?.Range ?? '');
    const transfer = {
      url: String(url),
      method: init?.method ?? 'GET',
      startByte: range ? Number(range[1]) : undefined,
      endByte: range?.[2] ? Number(range[2]) + 1 : undefined,
      askedAtMs: performance.now(),
      answeredAtMs: undefined,
      status: undefined,
      readBytes: 0,
      over: false,
    };
    transfers.push(transfer);
    const response = await realFetch(url, init);
    Object.assign(transfer, { status: response.status, answeredAtMs: performance.now() });
    const body = response.body;
    if (!body) return response;
    const getReader = body.getReader.bind(body);
    body.getReader = () => watchReader(getReader(), transfer);
    return response;
  };

  function watchReader(reader, transfer) {
    const read = reader.read.bind(reader);
    reader.read = async () => {
      try {
        const chunk = await read();
        if (chunk.done) transfer.over = true;
        else transfer.readBytes += chunk.value.length;
        return chunk;
      } catch (error) {
        transfer.over = true;
        throw error;
      } finally {
        tellHalfway(transfer);
      }
    };
    return reader;
  }

  function tellHalfway(transfer) {
    const sizeBytes = transfer.endByte - transfer.startByte;
    const isHalf = !transfer.over && transfer.readBytes >= sizeBytes / 2;
    if (!isHalf) return;
    const wanted = halfway.findIndex((wish) => sizeBytes >= wish.minBytes);
    if (wanted !== -1) halfway.splice(wanted, 1)[0].resolve({ ...transfer });
  }

  const video = document.querySelector('video');
  setInterval(
    () => samples.push({ atMs: performance.now(), positionS: video.currentTime, bufferedS: bufferedAheadS() }),
    100,
  );

  function bufferedAheadS() {
    for (let index = 0; index < video.buffered.length; index++) {
      const [start, end] = [video.buffered.start(index), video.buffered.end(index)];
      if (start <= video.currentTime + 0.1 && end > video.currentTime) return end - video.currentTime;
    }
    return 0;
  }

  window.probes = {
    transfers,
    samples,
    events,
    /** The next transfer of at least so many bytes, when half of it was read. */
    halfOf: (minBytes) => new Promise((resolve) => halfway.push({ minBytes, resolve })),
    createPlayer(options) {
      const player = window.Pressplay.createPlayer({ video, ...options });
      const names = [
        'state',
        'play-granted',
        'region-failover',
        'probe',
        'server-changed',
        'hand-over',
        'rendition-selected',
        'rendition-shown',
        'segment-delivered',
        'rebuffer',
      ];
      for (const name of names)
        player.on(name, (payload) =>
          events.push({ name, atMs: performance.now(), bufferedS: bufferedAheadS(), payload }),
        );
      player.on('error', ({ error }) =>
        events.push({
          name: 'error',
          atMs: performance.now(),
          payload: { error: { code: error.code, message: error.message, context: error.context } },
        }),
      );
      player.on('server-changed', ({ to }) => show(player, to));
      player.on('rendition-shown', () => show(player));
      window.player = player;
      return player;
    },
  };

  function show(player) {
    const { ocaId, renditionId, region } = player.stats();
    document.querySelector('#line').textContent = `region ${region} · server ${ocaId} · rendition ${renditionId}`;
  }
})();
