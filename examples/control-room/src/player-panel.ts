import type { DemoSettings, TitleSummary } from '@pressplay/protocol/messages';
import type { PlayerStats } from '@pressplay/sdk-web';
import { html, nothing, type TemplateResult } from 'lit';
import { formatBps, formatBytes, formatClock, formatMs } from './format.ts';
import { LightElement } from './light-element.ts';

/** The picture, what is known about the play, and the choice of title and network. */
export class PlayerPanel extends LightElement {
  static override properties = {
    demo: { attribute: false },
    titles: { attribute: false },
    stats: { attribute: false },
    titleId: { state: true },
    clientAddress: { state: true },
  };
  declare demo: DemoSettings | undefined;
  declare titles: readonly TitleSummary[];
  declare stats: PlayerStats | undefined;
  declare titleId: string | undefined;
  declare clientAddress: string | undefined;

  override render(): TemplateResult {
    const idle = !this.stats || this.stats.state === 'idle' || this.stats.state === 'failed';
    return html`
      <div class="screen ${this.stats?.state ?? 'idle'}">
        <video playsinline></video>
        ${idle ? this.#bigButton() : nothing}
        ${this.stats?.state === 'loading' || this.stats?.state === 'rebuffering' ? html`<i class="spinner" role="status" aria-label="Loading"></i>` : nothing}
      </div>
      ${this.#transport()}
      ${this.#facts()}
      ${this.#choices()}`;
  }

  #chosenTitle(): TitleSummary | undefined {
    return (
      this.titles.find((title) => title.titleId === this.titleId) ??
      this.titles.find((title) => title.live) ??
      this.titles[0]
    );
  }

  #start(): void {
    const title = this.#chosenTitle();
    const clientAddress = this.clientAddress ?? this.demo?.clients[0]?.address;
    if (!title || clientAddress === undefined) return;
    this.dispatchEvent(new CustomEvent('play-title', { detail: { titleId: title.titleId, clientAddress } }));
  }

  #bigButton(): TemplateResult {
    const title = this.#chosenTitle();
    const ready = title?.live === true && this.demo !== undefined;
    const text = !title
      ? 'Waiting for the first title…'
      : title.live
        ? title.name
        : `${title.name}: ${title.copies} of ${title.copiesNeeded} copies filled…`;
    return html`
      <button type="button" class="big-play" ?disabled=${!ready} @click=${() => this.#start()} aria-label="Play ${title?.name ?? ''}">
        <svg viewBox="0 0 48 48" aria-hidden="true"><path d="M16 10l24 14-24 14z" /></svg>
        <span>${text}</span>
      </button>`;
  }

  #transport(): TemplateResult {
    const durationMs = this.stats?.durationMs ?? 0;
    const positionMs = this.stats?.positionMs ?? 0;
    const bufferedTo = durationMs > 0 ? Math.min(1, (positionMs + (this.stats?.bufferAheadMs ?? 0)) / durationMs) : 0;
    const playing = this.stats?.state === 'playing' || this.stats?.state === 'rebuffering';
    return html`
      <div class="transport">
        <button type="button" aria-label=${playing ? 'Pause' : 'Play'} ?disabled=${durationMs === 0} @click=${() => this.dispatchEvent(new CustomEvent('toggle-play'))}>
          <svg viewBox="0 0 24 24" aria-hidden="true"><path d=${playing ? 'M7 5h4v14H7zM13 5h4v14h-4z' : 'M8 5l12 7-12 7z'} /></svg>
        </button>
        <span class="clock">${formatClock(positionMs)} / ${formatClock(durationMs)}</span>
        <input
          type="range" min="0" max=${Math.max(1, Math.round(durationMs))} step="100" aria-label="Position" ?disabled=${durationMs === 0}
          .value=${String(Math.round(positionMs))} style="--played: ${durationMs > 0 ? positionMs / durationMs : 0}; --buffered: ${bufferedTo}"
          @change=${(event: Event) => this.#seek(event)}
        />
      </div>`;
  }

  #seek(event: Event): void {
    this.dispatchEvent(new CustomEvent('seek-to', { detail: Number((event.target as HTMLInputElement).value) }));
  }

  #facts(): TemplateResult {
    const stats = this.stats;
    const fact = (name: string, value: string, note = ''): TemplateResult =>
      html`<div><dt>${name}</dt><dd>${value}${note === '' ? nothing : html` <small>${note}</small>`}</dd></div>`;
    return html`
      <dl class="facts">
        ${fact('Server', stats?.ocaId ?? '–')}
        ${fact('Rendition', stats?.shownRenditionId ?? '–', stats?.renditionReason ?? '')}
        ${fact('Buffer', stats ? formatMs(stats.bufferAheadMs) : '–')}
        ${fact('Throughput', formatBps(stats?.throughputBps))}
        ${fact('Start-up', formatMs(stats?.startupMs))}
        ${fact('Stalls', stats ? String(stats.rebufferCount) : '–', stats && stats.rebufferMs > 0 ? formatMs(stats.rebufferMs) : '')}
        ${fact('Quality', formatBps(stats?.qoe?.averageBps), stats?.qoe?.averageHeightPx === undefined ? '' : `${Math.round(stats.qoe.averageHeightPx)} lines`)}
        ${fact('Delivered', stats ? formatBytes(stats.bytes.deliveredBytes) : '–', stats ? `+ ${formatBytes(stats.bytes.probeBytes)} probes` : '')}
      </dl>`;
  }

  #choices(): TemplateResult {
    return html`
      <div class="choices">
        <label>Title
          <select @change=${(event: Event) => this.#choose('titleId', event)}>
            ${this.titles.map((title) => html`<option value=${title.titleId} ?selected=${title === this.#chosenTitle()}>${title.name}${title.live ? '' : ' (not live yet)'}</option>`)}
          </select>
        </label>
        <label>Watch as a customer of
          <select @change=${(event: Event) => this.#choose('clientAddress', event)}>
            ${(this.demo?.clients ?? []).map((client) => html`<option value=${client.address}>${client.label} (${client.address})</option>`)}
          </select>
        </label>
      </div>`;
  }

  #choose(what: 'titleId' | 'clientAddress', event: Event): void {
    this[what] = (event.target as HTMLSelectElement).value;
    if (this.stats && this.stats.state !== 'idle') this.#start();
  }
}

customElements.define('player-panel', PlayerPanel);
