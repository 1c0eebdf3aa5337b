// In the page: the three players that most sites use, as published, behind one small face.
const BUFFER_S = 6;
const errors = [];
const video = document.querySelector('video');
/** What can be read, as each player names it. */
let texts;
const fail = (error) => errors.push(String(error?.message ?? error));

const starters = {
  async 'hls.js'(url) {
    const hls = new Hls({ maxBufferLength: BUFFER_S, maxMaxBufferLength: BUFFER_S });
    hls.on(Hls.Events.ERROR, (_, data) => data.fatal && fail(data.error));
    hls.loadSource(url);
    hls.attachMedia(video);
    texts = {
      list: () => hls.subtitleTracks.map(({ lang }) => lang),
      show: (language) => {
        hls.subtitleDisplay = true;
        hls.subtitleTrack = hls.subtitleTracks.findIndex(({ lang }) => lang === language);
      },
    };
  },
  async shaka(url) {
    shaka.polyfill.installAll();
    const player = new shaka.Player();
    await player.attach(video);
    player.configure({ streaming: { bufferingGoal: BUFFER_S, rebufferingGoal: 1 } });
    player.addEventListener('error', ({ detail }) => detail.severity === 2 && fail(`shaka ${detail.code}`));
    await player.load(url);
    texts = {
      list: () => player.getTextTracks().map(({ language }) => language),
      show: (language) => player.selectTextTrack(player.getTextTracks().find((track) => track.language === language)),
    };
  },
  async 'dash.js'(url) {
    const player = dashjs.MediaPlayer().create();
    const buffer = {
      bufferTimeDefault: BUFFER_S,
      bufferTimeAtTopQuality: BUFFER_S,
      bufferTimeAtTopQualityLongForm: BUFFER_S,
    };
    player.updateSettings({ streaming: { buffer } });
    player.on(dashjs.MediaPlayer.events.ERROR, ({ error }) => fail(error));
    player.initialize(video, url, true);
    texts = {
      list: () => player.getTracksFor('text').map(({ lang }) => lang),
      show: (language) => player.setTextTrack(player.getTracksFor('text').findIndex(({ lang }) => lang === language)),
    };
  },
};

window.stock = {
  async start(player, url) {
    await starters[player](url).catch(fail);
    // dash.js begins by itself, and asks for steering when it does.
    if (player !== 'dash.js') await video.play().catch(fail);
  },
  texts: () => texts?.list() ?? [],
  async read(language) {
    await texts.show(language);
  },
  seek(positionS) {
    video.currentTime = positionS;
  },
  state: () => ({
    positionS: video.currentTime,
    durationS: video.duration,
    ended: video.ended,
    widthPx: video.videoWidth,
    decodedAudioBytes: video.webkitAudioDecodedByteCount,
    shownTexts: [...video.textTracks]
      .filter(({ mode }) => mode !== 'disabled')
      .flatMap(({ activeCues }) => [...(activeCues ?? [])].map(({ text }) => text)),
    errors,
  }),
};
