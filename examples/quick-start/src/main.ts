import { createPlayer } from '@pressplay/sdk-web';

const video = document.querySelector('video');
const message = document.querySelector('#message');
if (!video || !message) throw new Error('The page lacks its elements.');

const { regions, accessToken } = await (await fetch('/api/demo')).json();
const player = createPlayer({ video, regions, accessToken });
player.on('error', ({ error }) => {
  message.textContent = error.message;
});
player.on('server-changed', ({ to }) => {
  message.textContent = `streaming from ${to}`;
});
await player.load(new URLSearchParams(location.search).get('title') ?? 'test-card', { autoplay: true });
