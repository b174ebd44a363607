// <time-chart values='{"labels": ["Mon 14:00", …], "ticks": ["14:00", "", …], "series": [{"name", "token", "values"}]}'
// kind="bars|lines" unit="ms">. Bars are stacked in the order given, the first at the bottom. Colours are tokens, so they
// follow the theme. Other values of the same series are drawn in place. The page holds the same as a table.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

const HEIGHT = 220;
const TICK_WIDTH = 64;

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat("en");
const duration = (ms) => (ms >= 1000 ? `${compact.format(ms / 1000)} s` : `${whole.format(ms)} ms`);
const FORMATS = { ms: [duration, duration], "": [(value) => compact.format(value), (value) => whole.format(value)] };

// A bar's piece of each series: from the top of the one below to its own.
const SEGMENTS = uPlot.paths.bars({
  size: [0.7, 28],
  disp: {
    y0: { unit: 1, values: (plot, at) => plot.data[at + 1] || plot.data[0].map(() => 0) },
    y1: { unit: 1, values: (plot, at) => plot.data[at] },
  },
});

// Each series as it is drawn: on top of the ones before it.
function stacked(series) {
  const below = series[0].values.map(() => 0);
  return series.map(({ values }) => values.map((value, at) => (below[at] += value || 0)));
}

class TimeChart extends HTMLElement {
  static observedAttributes = ["values"];

  connectedCallback() {
    this.bars = this.getAttribute("kind") === "bars";
    [this.short, this.long] = FORMATS[this.getAttribute("unit") || ""];
    this.draw();
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(this);
    this.themes = new MutationObserver(() => this.draw());
    this.themes.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  }

  attributeChangedCallback(_, before, values) {
    this.data = JSON.parse(values);
    if (!this.plot) return;
    this.plot.setData(this.columns());
    this.tell();
  }

  disconnectedCallback() {
    this.sizes?.disconnect();
    this.themes?.disconnect();
    this.plot?.destroy();
  }

  fit() {
    if (this.plot && this.clientWidth !== this.plot.width) this.plot.setSize({ width: this.clientWidth, height: HEIGHT });
  }

  draw() {
    this.plot?.destroy();
    this.plot = new uPlot(this.options(), this.columns(), this);
    this.plot.over.append((this.note = document.createElement("div")));
    this.note.className = "chart-note";
    this.note.hidden = true;
  }

  // The top of a stack comes first, so that each series finds the one below it next.
  columns() {
    const { labels, series } = this.data;
    const drawn = this.bars ? stacked(series).reverse() : series.map(({ values }) => values);
    return [labels.map((_, at) => at), ...drawn];
  }

  options() {
    const series = this.bars ? [...this.data.series].reverse() : this.data.series;
    return {
      width: this.clientWidth || 600,
      height: HEIGHT,
      padding: [10, 8, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { setScale: false }, points: { show: !this.bars } },
      scales: {
        x: { time: false, range: (_, from, to) => [from - 0.6, to + 0.6] },
        y: { range: (_, from, to) => [0, Math.max(to * 1.05, this.bars ? 4 : 10)] },
      },
      axes: [this.timeAxis(), this.valueAxis()],
      series: [{}, ...series.map((one) => this.line(one))],
      hooks: { setCursor: [() => this.tell()] },
    };
  }

  line({ name, token: colour }) {
    const stroke = token(colour);
    if (this.bars) return { label: name, fill: stroke, width: 0, paths: SEGMENTS, points: { show: false } };
    return { label: name, stroke, width: 2, points: { show: true, size: 5, fill: stroke } };
  }

  timeAxis() {
    return {
      ...this.look(),
      size: 30,
      grid: { show: false },
      ticks: { show: false },
      splits: (plot) => {
        const { ticks } = this.data;
        const named = ticks.map((_, at) => at).filter((at) => ticks[at]);
        const every = Math.max(1, Math.ceil(named.length / Math.max(2, plot.width / TICK_WIDTH)));
        return named.filter((_, at) => (named.length - 1 - at) % every === 0);
      },
      values: (_, splits) => splits.map((at) => this.data.ticks[at]),
    };
  }

  valueAxis() {
    return {
      ...this.look(),
      size: 56,
      grid: { stroke: token("--line-soft"), width: 1 },
      ticks: { show: false },
      incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7, 1e8],
      values: (_, splits) => splits.map(this.short),
    };
  }

  look() {
    return { stroke: token("--muted"), font: `12px ${token("--font-ui")}` };
  }

  // What stands under the pointer.
  tell() {
    const at = this.plot.cursor.idx;
    this.note.hidden = at == null;
    if (at == null) return;
    const lines = [...this.data.series].reverse().map((one) => this.noteLine(one, at));
    const head = document.createElement("strong");
    head.textContent = this.data.labels[at];
    this.note.replaceChildren(head, ...lines);
    const left = this.plot.valToPos(at, "x");
    const over = left > this.plot.over.clientWidth / 2;
    this.note.style.transform = `translateX(${over ? left - this.note.offsetWidth - 14 : left + 14}px)`;
  }

  noteLine({ name, token: colour, values }, at) {
    const line = document.createElement("span");
    const swatch = document.createElement("i");
    swatch.style.background = `var(${colour})`;
    const value = document.createElement("b");
    value.textContent = values[at] == null ? "–" : this.long(values[at]);
    line.append(swatch, name, value);
    return line;
  }
}

customElements.define("time-chart", TimeChart);
