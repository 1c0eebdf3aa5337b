import type { RegionView } from '@pressplay/protocol/messages';
import { html, type TemplateResult } from 'lit';
import { sendCommand } from './commands.ts';
import { LightElement } from './light-element.ts';

const NOTES = { up: 'control plane', starting: 'starting', hanging: 'hangs', down: 'cut' } as const;

/** The three regions, each with the switch that cuts it. */
export class RegionBar extends LightElement {
  static override properties = { regions: { attribute: false }, serving: { attribute: false } };
  declare regions: readonly RegionView[];
  declare serving: string | undefined;

  override render(): TemplateResult {
    return html`<ul>${this.regions.map((region) => this.#region(region))}</ul>`;
  }

  #region(region: RegionView): TemplateResult {
    const up = region.process === 'up';
    const cut = (): void =>
      sendCommand(this, { kind: 'process', what: 'regions', id: region.regionId, action: up ? 'kill' : 'restart' });
    return html`
      <li class="${region.process === 'hanging' ? 'down' : region.process} ${this.serving === region.regionId ? 'serving' : ''}">
        <i class="dot" aria-hidden="true"></i>
        <span class="name">${region.regionId}</span>
        <span class="note">${this.serving === region.regionId && up ? 'answered this play' : NOTES[region.process]}</span>
        <button type="button" class=${up ? 'danger' : 'cure'} ?disabled=${region.process === 'starting'} @click=${cut}>${up ? 'Cut' : 'Restore'}</button>
      </li>`;
  }
}

customElements.define('region-bar', RegionBar);
