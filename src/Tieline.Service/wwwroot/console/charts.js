// Charts by uPlot: one crosshair for all, colours of the theme, drawn anew when that changes.
(() => {
  'use strict';
  const drawn = new Map();
  const crosshair = window.uPlot?.sync('tieline');

  // The theme's colours are expressions: only an element that wears one knows what it comes to, and a canvas takes nothing else.
  function color(name) {
    const wearer = document.body.appendChild(document.createElement('i'));
    wearer.style.color = `var(--${name})`;
    const worn = getComputedStyle(wearer).color;
    wearer.remove();
    return worn;
  }

  function make(id) {
    const chart = drawn.get(id);
    const box = document.getElementById(id);
    if (!chart || !box || !window.uPlot) return;
    chart.plot?.destroy();
    const format = uPlot.fmtDate('{HH}:{mm}');
    const clock = tick => format(chart.utc ? uPlot.tzDate(new Date(tick * 1000), 'Etc/UTC') : new Date(tick * 1000));
    const axis = { stroke: color('quiet'), grid: { stroke: color('line'), width: 1 }, ticks: { stroke: color('line') }, font: '12px system-ui' };
    chart.plot = new uPlot({
      width: Math.max(200, box.clientWidth), height: 180,
      tzDate: chart.utc ? seconds => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') : undefined,
      cursor: { sync: { key: crosshair.key }, drag: { x: false, y: false } },
      scales: { y: { range: (_, low, high) => [0, Math.max(high ?? 0, 0.001) * 1.1] } },
      axes: [{ ...axis, values: (_, ticks) => ticks.map(clock) }, { ...axis, size: 56 }],
      series: [{ label: 'Until', value: (_, tick) => tick == null ? '–' : clock(tick) }, ...chart.lines.map(line => ({
        label: line.label, stroke: color(line.color), width: 2, dash: line.dash, spanGaps: false, points: { show: false },
        value: (_, value) => value == null ? '–' : value.toLocaleString('en', { maximumFractionDigits: 3 }),
      }))],
    }, chart.data, box);
  }

  window.tielineCharts = {
    draw(id, times, lines, utc) {
      const data = [times, ...lines.map(line => line.values)];
      const chart = drawn.get(id);
      if (chart?.plot && chart.lines.length === lines.length) {
        Object.assign(chart, { data, lines });
        chart.plot.setData(data);
      } else {
        drawn.set(id, { data, lines, utc });
        make(id);
      }
    },
    drop(id) {
      drawn.get(id)?.plot?.destroy();
      drawn.delete(id);
    },
  };

  const again = () => { for (const id of drawn.keys()) make(id); };
  let soon;
  window.addEventListener('tieline-theme', again);
  window.addEventListener('resize', () => { clearTimeout(soon); soon = setTimeout(again, 200); });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
})();
