import type { FleetSnapshot, OcaView, SiteInfo } from '@pressplay/protocol/messages';
import type { PlayerStats, ServerStats } from '@pressplay/sdk-web';
import { html, nothing, type TemplateResult } from 'lit';
import { sendCommand } from './commands.ts';
import { formatBps, formatMs } from './format.ts';
import { LightElement } from './light-element.ts';
import { siteColour } from './site-colours.ts';
import { conditionOf, FAULT_SWITCHES, flipped, isOn } from './switches.ts';

const CLASS_WORDS: Record<SiteInfo['siteClass'], string> = {
  embedded: 'embedded in the ISP',
  'private-peering': 'private peering',
  'public-peering': 'at the exchange',
  'full-catalog': 'full catalog',
};

/** The OCAs at their sites: health, traffic, who streams, and the switches to break them. */
export class FleetPanel extends LightElement {
  static override properties = { snapshot: { attribute: false }, stats: { attribute: false } };
  declare snapshot: FleetSnapshot | undefined;
  declare stats: PlayerStats | undefined;

  override render(): TemplateResult {
    if (!this.snapshot) return html`<p class="panel empty">Waiting for the fleet…</p>`;
    const { sites, ocas } = this.snapshot;
    return html`${sites.map((site) =>
      this.#site(
        site,
        ocas.filter((oca) => oca.siteId === site.siteId),
      ),
    )}`;
  }

  #site(site: SiteInfo, ocas: readonly OcaView[]): TemplateResult {
    const trafficBps = ocas.reduce((sum, oca) => sum + (oca.status?.trafficBps ?? 0), 0);
    return html`
      <section class="panel site" style="--site: ${siteColour(site.siteId)}">
        <header>
          <h2>${site.name}</h2>
          <span class="class">${CLASS_WORDS[site.siteClass]}</span>
          <span class="traffic">${formatBps(trafficBps)}</span>
        </header>
        <ul>${ocas.map((oca) => this.#oca(oca))}</ul>
      </section>`;
  }

  #oca(oca: OcaView): TemplateResult {
    const { condition, text } = conditionOf(oca);
    const server = this.stats?.servers.find((each) => each.ocaId === oca.ocaId);
    const streams = this.stats?.ocaId === oca.ocaId && this.stats.state !== 'ended';
    const load = Math.min(1, (oca.status?.trafficBps ?? 0) / Math.max(1, oca.capacityBps));
    return html`
      <li class="oca ${condition} ${streams ? 'streams' : ''}" data-oca=${oca.ocaId}>
        <i class="dot" aria-hidden="true"></i>
        <div class="who">
          <b>${oca.ocaId}</b>
          ${streams ? html`<span class="badge">streaming</span>` : nothing}
          <span class="text">${text}</span>
        </div>
        <div class="facts">
          <span title="Rank in this play">${server ? `#${server.rank + 1}` : ''}</span>
          <span title="Latency measured by the player">${latencyText(server)}</span>
          <span title="Files held of the files in the catalog">${oca.status?.fileCount ?? 0}/${oca.filesWanted} files</span>
          <span class="bps" title="Traffic to viewers">${formatBps(oca.status?.trafficBps)}</span>
        </div>
        <div class="load" role="img" aria-label="Load ${Math.round(load * 100)} %"><i style="width: ${load * 100}%"></i></div>
        ${this.#switches(oca)}
      </li>`;
  }

  #switches(oca: OcaView): TemplateResult {
    const down = oca.process === 'down';
    const process = (): void =>
      sendCommand(this, { kind: 'process', what: 'ocas', id: oca.ocaId, action: down ? 'restart' : 'kill' });
    return html`
      <div class="switches">
        ${FAULT_SWITCHES.map(
          (each) => html`
            <button
              type="button" title=${each.hint} aria-pressed=${isOn(oca, each.fault)} ?disabled=${oca.process !== 'up'}
              @click=${() => sendCommand(this, { kind: 'faults', id: oca.ocaId, faults: flipped(oca, each.fault) })}
            >${each.label}</button>`,
        )}
        <button type="button" class=${down ? 'cure' : 'danger'} title=${down ? 'Start the process again' : 'SIGKILL the process'} ?disabled=${oca.process === 'starting'} @click=${process}>
          ${down ? 'Restart' : 'Kill'}
        </button>
      </div>`;
  }
}

function latencyText(server: ServerStats | undefined): string {
  if (!server) return '';
  return server.excludedForMs > 0 ? `avoided ${Math.ceil(server.excludedForMs / 1_000)} s` : formatMs(server.latencyMs);
}

customElements.define('fleet-panel', FleetPanel);
