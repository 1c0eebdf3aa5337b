import type { DemoSettings, FleetSnapshot } from '@pressplay/protocol/messages';
import { createPlayer, type Player, type PlayerStats } from '@pressplay/sdk-web';
import { html, nothing, type TemplateResult } from 'lit';
import './event-log.ts';
import './fleet-panel.ts';
import './player-panel.ts';
import './region-bar.ts';
import './timeline-plot.ts';
import type { FleetCommand, PlayChoice } from './commands.ts';
import type { LogLine } from './event-log.ts';
import { FleetClient } from './fleet-client.ts';
import { LightElement } from './light-element.ts';
import { PlayHistory } from './play-history.ts';
import { describePlayerEvents } from './player-log.ts';

const SAMPLE_INTERVAL_MS = 250;
const MAX_LOG_LINES = 200;

/** The page: it holds the state, its children draw it and ask for changes by events. */
export class ControlRoom extends LightElement {
  static override properties = {
    demo: { state: true },
    snapshot: { state: true },
    stats: { state: true },
    log: { state: true },
    connected: { state: true },
    revision: { state: true },
  };
  declare demo: DemoSettings | undefined;
  declare snapshot: FleetSnapshot | undefined;
  declare stats: PlayerStats | undefined;
  declare log: readonly LogLine[];
  declare connected: boolean;
  declare revision: number;

  readonly #fleet = new FleetClient();
  #player: Player | undefined;
  #history = new PlayHistory();
  #lastFleetEventMs = 0;

  constructor() {
    super();
    this.log = [];
    this.connected = true;
    this.revision = 0;
  }

  override async firstUpdated(): Promise<void> {
    this.addEventListener('fleet-command', (event) => void this.#command((event as CustomEvent<FleetCommand>).detail));
    this.#fleet.watch(
      (snapshot) => this.#onSnapshot(snapshot),
      () => {
        this.connected = false;
      },
    );
    setInterval(() => this.#sample(), SAMPLE_INTERVAL_MS);
    try {
      this.demo = await this.#fleet.demo();
    } catch (error) {
      this.#note('error', error instanceof Error ? error.message : String(error));
    }
  }

  override render(): TemplateResult {
    return html`
      <header class="masthead">
        <h1><svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8" /><path d="M12 9l12 7-12 7z" /></svg>Pressplay <span>control room</span></h1>
        ${this.connected ? nothing : html`<p class="lost" role="alert">The supervisor does not answer. Is it still running?</p>`}
        <region-bar .regions=${this.snapshot?.regions ?? []} .serving=${this.stats?.region}></region-bar>
      </header>
      <main>
        <section class="stage">
          <player-panel
            .demo=${this.demo} .titles=${this.snapshot?.titles ?? []} .stats=${this.stats}
            @play-title=${(event: CustomEvent<PlayChoice>) => void this.#play(event.detail)}
            @toggle-play=${() => this.#togglePlay()}
            @seek-to=${(event: CustomEvent<number>) => this.#player?.seek(event.detail)}
          ></player-panel>
          <timeline-plot class="panel" .history=${this.#history} .revision=${this.revision}></timeline-plot>
        </section>
        <event-log class="panel" .lines=${this.log}></event-log>
        <fleet-panel .snapshot=${this.snapshot} .stats=${this.stats}></fleet-panel>
      </main>`;
  }

  async #play(choice: PlayChoice): Promise<void> {
    const video = this.querySelector('video');
    if (!video || !this.demo) return;
    this.#player?.destroy();
    this.#history = new PlayHistory();
    const player = createPlayer({
      video,
      regions: this.demo.regions,
      accessToken: this.demo.accessToken,
      clientAddress: choice.clientAddress,
    });
    this.#player = player;
    // For people with the console open, and for browser tests of this page.
    Object.assign(window, { pressplay: player });
    describePlayerEvents(player, (tone, text) => this.#note(tone, text));
    await player.load(choice.titleId).catch(() => undefined); // the `error` event has told the reason
  }

  #togglePlay(): void {
    if (this.stats?.state === 'paused' || this.stats?.state === 'ready') this.#player?.play();
    else if (this.stats?.state === 'ended') this.#player?.seek(0);
    else this.#player?.pause();
  }

  async #command(command: FleetCommand): Promise<void> {
    try {
      if (command.kind === 'faults') await this.#fleet.setFaults(command.id, command.faults);
      else await this.#fleet.setProcess(command.what, command.id, command.action);
    } catch (error) {
      this.#note('error', error instanceof Error ? error.message : String(error));
    }
  }

  #sample(): void {
    if (!this.#player) return;
    const stats = this.#player.stats();
    const shown = this.#player.presentation?.video.find((each) => each.renditionId === stats.shownRenditionId);
    this.stats = stats;
    if (stats.state !== 'idle' && stats.state !== 'failed') this.#history.add(stats, shown?.averageBps);
    this.revision++;
  }

  #onSnapshot(snapshot: FleetSnapshot): void {
    this.connected = true;
    this.snapshot = snapshot;
    for (const event of snapshot.events) {
      if (event.atMs <= this.#lastFleetEventMs) continue;
      this.#lastFleetEventMs = event.atMs;
      this.#note('fleet', event.text, event.atMs);
    }
  }

  #note(tone: LogLine['tone'], text: string, atMs = Date.now()): void {
    this.log = [{ atMs, tone, text }, ...this.log].slice(0, MAX_LOG_LINES);
  }
}

customElements.define('control-room', ControlRoom);
