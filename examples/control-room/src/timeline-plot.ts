import { html, type PropertyValues, type TemplateResult } from 'lit';
import uPlot from 'uplot';
import { LightElement } from './light-element.ts';
import type { PlayHistory } from './play-history.ts';
import { siteColour } from './site-colours.ts';

const GRID = { stroke: 'rgba(148, 163, 196, 0.12)', width: 1 };
const AXIS = { stroke: '#8a94ad', font: '11px system-ui, sans-serif', grid: GRID, ticks: { show: false } };
const BAND_HEIGHT_PX = 6;

/** Two plots over one time axis: the buffer, and the rendition against the throughput; a band tells which site streamed. */
export class TimelinePlot extends LightElement {
  static override properties = { history: { attribute: false }, revision: { type: Number } };
  declare history: PlayHistory;
  declare revision: number;
  #plots: uPlot[] = [];
  readonly #resizer = new ResizeObserver(() => this.#resize());

  override render(): TemplateResult {
    return html`
      <figure>
        <figcaption><b>Buffer</b> seconds ahead <span class="band-key">band: the site that streams</span></figcaption>
        <div class="plot" id="buffer-plot"></div>
      </figure>
      <figure>
        <figcaption>
          <b>Bitrate</b> Mb/s <span class="key"><i class="shown"></i>on screen</span>
          <span class="key"><i class="throughput"></i>throughput</span>
        </figcaption>
        <div class="plot" id="bitrate-plot"></div>
      </figure>`;
  }

  override firstUpdated(): void {
    this.#plots = [
      this.#create('buffer-plot', this.#bufferSeries(), true),
      this.#create('bitrate-plot', this.#bitrateSeries(), false),
    ];
    this.#resizer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizer.disconnect();
  }

  override updated(_changed: PropertyValues): void {
    const { timesS, bufferS, shownMbps, throughputMbps, spanS } = this.history;
    const columns = [
      [timesS, bufferS],
      [timesS, shownMbps, throughputMbps],
    ] as uPlot.AlignedData[];
    this.#plots.forEach((plot, i) => {
      plot.batch(() => {
        plot.setData(columns[i] ?? [[]], false);
        plot.setScale('x', { min: spanS[0], max: spanS[1] });
      });
    });
  }

  #create(id: string, series: uPlot.Series[], withBand: boolean): uPlot {
    const target = this.querySelector<HTMLElement>(`#${id}`) ?? this;
    const options: uPlot.Options = {
      width: Math.max(200, target.clientWidth),
      height: 132,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 8, 0, 0],
      scales: { x: { time: false }, y: { range: (plot) => [0, ceilingOf(plot)] } },
      axes: [
        { ...AXIS, values: (_plot, ticks) => ticks.map((tick) => `${tick}s`), size: 24 },
        { ...AXIS, size: 34 },
      ],
      series: [{}, ...series],
      hooks: withBand ? { draw: [(plot) => this.#drawBand(plot)] } : {},
    };
    return new uPlot(options, [[], ...series.map(() => [])] as uPlot.AlignedData, target);
  }

  #bufferSeries(): uPlot.Series[] {
    return [{ scale: 'y', stroke: '#4cc2ff', width: 2, fill: 'rgba(76, 194, 255, 0.14)', points: { show: false } }];
  }

  #bitrateSeries(): uPlot.Series[] {
    const { stepped } = uPlot.paths;
    return [
      {
        scale: 'y',
        stroke: '#ffb224',
        width: 2,
        points: { show: false },
        ...(stepped ? { paths: stepped({ align: 1 }) } : {}),
      },
      { scale: 'y', stroke: 'rgba(160, 174, 207, 0.75)', width: 1, dash: [4, 4], points: { show: false } },
    ];
  }

  #drawBand(plot: uPlot): void {
    const { timesS, ocaIds } = this.history;
    const { ctx, bbox } = plot;
    ctx.save();
    for (let i = 0; i + 1 < timesS.length; i++) {
      const ocaId = ocaIds[i];
      if (ocaId === undefined) continue;
      const fromPx = plot.valToPos(timesS[i] ?? 0, 'x', true);
      const toPx = plot.valToPos(timesS[i + 1] ?? 0, 'x', true);
      ctx.fillStyle = siteColour(ocaId);
      ctx.fillRect(fromPx, bbox.top + bbox.height - BAND_HEIGHT_PX, toPx - fromPx + 1, BAND_HEIGHT_PX);
    }
    ctx.restore();
  }

  #resize(): void {
    for (const plot of this.#plots) {
      const width = plot.root.parentElement?.clientWidth ?? 0;
      if (width > 0 && width !== plot.width) plot.setSize({ width, height: plot.height });
    }
  }
}

/** The first series decides the scale; what else is drawn may leave it: an idle loopback has gigabits. */
function ceilingOf(plot: uPlot): number {
  const highest = (column: uPlot.AlignedData[number] | undefined): number =>
    Math.max(0, ...Array.from(column ?? [], (value) => value ?? 0));
  const [, first, second] = plot.data;
  const mainCeiling = highest(first) * 1.15;
  return Math.max(1, mainCeiling, Math.min(highest(second) * 1.1, mainCeiling * 4));
}

customElements.define('timeline-plot', TimelinePlot);
