// One layer: a line a head. Quantile bands and Theorem 3.1's bound where the log has them.

const HEAD_CHARTS = [
  { title: "Relative entropy", note: "mean of rows", key: "relative", yRange: [0, 1.02], quantiles: true },
  { title: "Smallest entropy of any row", key: "smallest_row", yLabel: "nats" },
  { title: "Largest logit", key: "largest_logit", log: true },
];

/** Returns a function that shows layer `layer` of `entry`. */
function headSection() {
  const state = { head: "all" };
  return function show(run, entry, layer, onLayer) {
    if (state.head !== "all" && Number(state.head) > entry.heads) state.head = "all";
    const charts = element("div", { class: "charts small" });
    const heads = Array.from({ length: entry.heads }, (_, i) => [String(i + 1), String(i + 1)]);
    const layers = Array.from({ length: entry.layers }, (_, i) => [String(i + 1), String(i + 1)]);
    byId("head-detail").replaceChildren(element("h3", {},
        `${capitalised(KIND_NAMES[entry.kind])}, layer ${layer}: heads`),
      element("div", { class: "controls" },
        selectControl("Layer", layers, String(layer), (next) => onLayer(Number(next))),
        selectControl("Head", [["all", "all"], ...heads], state.head,
            (head) => { state.head = head; show(run, entry, layer, onLayer); })),
      headLegend(entry.heads, state.head), charts);
    for (const chart of HEAD_CHARTS) addChart(charts, headSpec(run, entry, layer, chart, state.head));
    const bound = boundSpec(run, entry, layer, state.head);
    if (bound) addChart(charts, bound);
  };
}

function addChart(charts, spec) {
  const host = element("figure");
  charts.append(host);
  return lineChart(host, spec);
}

/** Heads beyond the colours go on with other dashes. */
function headStyle(head) {
  return lineStyle(head % LINE_COLOURS, Math.floor(head / LINE_COLOURS));
}

function shownHeads(count, head) {
  return head === "all" ? Array.from({ length: count }, (_, i) => i) : [Number(head) - 1];
}

function headLegend(count, head) {
  return element("div", { class: "legend" }, ...shownHeads(count, head)
      .map((i) => element("span", { class: "colour-key" }, lineSample(headStyle(i)), `head ${i + 1}`)));
}

function headRow(run, entry, layer, head, key, text) {
  const matrix = matrixOf(run, `${entry.kind}.by_head.${key}`, text);
  return rowOf(matrix, (layer - 1) * entry.heads + head, run.columns.head.length);
}

function headSpec(run, entry, layer, chart, head) {
  const xs = run.columns.head;
  const lines = shownHeads(entry.heads, head)
      .map((i) => ({ name: `head ${i + 1}`, style: headStyle(i), xs,
      ys: headRow(run, entry, layer, i, chart.key, entry.by_head[chart.key]) }));
  const spec = { ...chart, lines, marks: chartMarks(run), height: 200 };
  const quantiles = chart.quantiles && entry.by_head.quantiles;
  if (!quantiles) return spec;
  if (head === "all") return { ...spec, note: "mean of rows; choose a head for its quantiles" };
  const at = (q) => headRow(run, entry, layer, Number(head) - 1, `quantile${q}`, quantiles[q]);
  const style = headStyle(Number(head) - 1);
  spec.lines.push({ name: "median row", style: { colour: "var(--quiet)", dash: "3 3" }, xs, ys: at(2) });
  return { ...spec, note: "bands: 5 to 95 % and 25 to 75 % of rows",
      bands: [{ style, xs, lows: at(0), highs: at(4) }, { style, xs, lows: at(1), highs: at(3) }] };
}

/** Entropy on the probe (solid) above its bound (dashed); null where the log has none. */
function boundSpec(run, entry, layer, head) {
  if (!entry.by_head.bound) return null;
  const lines = shownHeads(entry.heads, head).flatMap((i) => {
    const { colour } = headStyle(i);
    const line = (name, key, dash) => ({ name: `head ${i + 1}, ${name}`, style: { colour, dash },
        ...measured(run.columns.head, headRow(run, entry, layer, i, key, entry.by_head[key])), points: true });
    return [line("entropy", "bound_entropy", ""), line("bound", "bound", "4 3")];
  });
  return { title: "Entropy and its Theorem 3.1 bound", note: "on a probe; dashed: bound", yLabel: "nats", lines,
      marks: chartMarks(run), height: 200 };
}

/** The points that have a value. */
function measured(xs, ys) {
  const kept = xs.map((_, i) => i).filter((i) => !Number.isNaN(ys[i]));
  return { xs: kept.map((i) => xs[i]), ys: kept.map((i) => ys[i]) };
}
