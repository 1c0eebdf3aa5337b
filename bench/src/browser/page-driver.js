// Runs in the page, after the player's script: starts one player and watches the element from outside.
(() => {
  const video = document.querySelector('video');
  const samples = [];
  const failures = [];
  let startedAtMs = 0;
  let playingAtMs;

  video.addEventListener('playing', () => {
    playingAtMs ??= performance.now();
  });
  setInterval(() => samples.push(sample()), 50);

  function sample() {
    return {
      atMs: performance.timeOrigin + performance.now(),
      positionS: video.currentTime,
      bufferedS: bufferedAheadS(),
      ended: video.ended,
    };
  }

  function bufferedAheadS() {
    for (let index = 0; index < video.buffered.length; index++) {
      const [start, end] = [video.buffered.start(index), video.buffered.end(index)];
      if (start <= video.currentTime + 0.1 && end > video.currentTime) return end - video.currentTime;
    }
    return 0;
  }

  /** Each makes its player, notes the time, and loads. */
  const starters = {
    async ours({ titleId, ...options }) {
      const player = window.Pressplay.createPlayer({ video, ...options });
      player.on('error', ({ error }) => failures.push(`${error.code}: ${error.message}`));
      window.player = player;
      startedAtMs = performance.now();
      await player.load(titleId);
    },
    async 'hls.js'({ url, config }) {
      const hls = new window.Hls(config);
      hls.on('hlsError', (_name, data) => data.fatal && failures.push(`${data.type} ${data.details}`));
      window.player = hls;
      startedAtMs = performance.now();
      hls.loadSource(url);
      hls.attachMedia(video);
      await video.play();
    },
    async shaka({ url, config }) {
      window.shaka.polyfill.installAll();
      const player = new window.shaka.Player();
      await player.attach(video);
      player.configure(config);
      player.addEventListener('error', ({ detail }) => detail.severity === 2 && failures.push(`shaka ${detail.code}`));
      window.player = player;
      startedAtMs = performance.now();
      await Promise.all([player.load(url), video.play()]);
    },
  };

  window.bench = {
    samples,
    failures,
    sample,
    start(kind, options) {
      starters[kind](options).catch((error) => failures.push(String(error?.message ?? error?.code ?? error)));
    },
    startupMs: () => (playingAtMs === undefined ? undefined : playingAtMs - startedAtMs),
  };
})();
