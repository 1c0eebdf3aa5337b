import { html, type TemplateResult } from 'lit';
import { formatTime } from './format.ts';
import { LightElement } from './light-element.ts';

export interface LogLine {
  readonly atMs: number;
  readonly tone: 'play' | 'handover' | 'fleet' | 'warn' | 'error';
  readonly text: string;
}

/** What happened, newest first. */
export class EventLog extends LightElement {
  static override properties = { lines: { attribute: false } };
  declare lines: readonly LogLine[];

  override render(): TemplateResult {
    return html`
      <h2>Events</h2>
      <ol aria-live="polite">
        ${this.lines.map((line) => html`<li class=${line.tone}><time>${formatTime(line.atMs)}</time><span>${line.text}</span></li>`)}
      </ol>
      ${this.lines.length === 0 ? html`<p class="empty">Nothing yet. Press play, then break something.</p>` : ''}`;
  }
}

customElements.define('event-log', EventLog);
