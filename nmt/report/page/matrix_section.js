// One run: weights by family, activations and gradients by layer, sharpness.

const FAMILIES = [["q_proj", "Query"], ["k_proj", "Key"], ["v_proj", "Value"], ["out_proj", "Output of attention"],
    ["fc1", "Feed-forward 1"], ["fc2", "Feed-forward 2"]];
const BLOCKS = [
  { text: "encoder self-attention", test: (name) => name.startsWith("encoder.") && name.includes("self_attn") },
  { text: "decoder self-attention", test: (name) => name.startsWith("decoder.") && name.includes("self_attn") },
  { text: "cross attention", test: (name) => name.includes("cross_attn") },
  { text: "encoder", test: (name) => name.startsWith("encoder.") && !name.includes("attn") },
  { text: "decoder", test: (name) => name.startsWith("decoder.") && !name.includes("attn") },
];
const WEIGHT_MEASURES = {
  effective_sigma: { text: "effective \u03c3", title: "spectral norm of the matrix that multiplies" },
  sigma: { text: "\u03c3(W)", title: "spectral norm of the stored weight" },
  gamma: { text: "\u03b3", title: "gain of \u03c3Reparam" },
  weight_norm: { text: "norm", title: "Frobenius norm" },
  update_ratio: { text: "update ratio", title: "norm of the update over norm of the weight", log: true },
  gradient_norm: { text: "gradient norm", title: "before clipping", log: true },
};

/** Draws into the section "weights"; returns a function that shows another run. */
function weightsSection() {
  const state = { run: null, measure: "effective_sigma", family: 0 };
  let controls = null;
  function draw() {
    byId("weights-charts").replaceChildren();
    byId("weights-charts").className = "charts small";
    if (state.run.matrices) {
      FAMILIES.forEach(([suffix, title], i) => addFamily(state, suffix, title, () => { state.family = i; drawMap(); }));
    } else {
      byId("weights-charts").append(element("p", { class: "empty" },
          "No weight matrices in this log, or left out for size: fewer runs in a page leave room for them."));
    }
    drawMap();
  }
  function drawMap() {
    byId("weights-map").replaceChildren();
    if (state.run.matrices) addFamilyMaps(state, ...FAMILIES[state.family]);
  }
  return (run) => {
    state.run = run;
    const there = Object.entries(WEIGHT_MEASURES).filter(([key]) => run.matrices && run.matrices[key]);
    if (!there.some(([key]) => key === state.measure)) state.measure = there.length ? there[0][0] : "effective_sigma";
    controls = there.length ? [switchControl("Show", there.map(([key, { text }]) => [key, text]), state.measure,
        (measure) => { state.measure = measure; draw(); }),
      element("span", { class: "control" },
          "Median over layers; shaded: smallest to largest. Click a chart for its layers.")] : [];
    byId("weights-controls").replaceChildren(...controls);
    draw();
    showStream(run);
    showSharpness(run);
  };
}

/** The matrices of a family, block by block: [{ text, rows }], rows being indices into the names, by layer. */
function familyBlocks(run, suffix) {
  const layer = (name) => Number((name.match(/layers\.(\d+)\./) || [0, 0])[1]);
  const names = run.matrices.names;
  const own = names.map((_, i) => i).filter((i) => names[i].split(".").includes(suffix));
  return BLOCKS.map(({ text, test }, index) =>
      ({ text, index, rows: own.filter((i) => test(names[i])).sort((a, b) => layer(names[a]) - layer(names[b])) }))
    .filter(({ rows }) => rows.length > 0);
}

/** The chosen measure of every matrix where it was measured: { starts, values }. */
function measuredWeights(state) {
  const { matrices, columns } = state.run;
  const matrix = matrixOf(state.run, `matrices.${state.measure}`, matrices[state.measure]);
  return matrix ? measuredColumns(matrix, matrices.names.length, columns.matrix)
      : { starts: [], values: new Float32Array(0) };
}

function familySpec(state, suffix, title) {
  const measure = WEIGHT_MEASURES[state.measure];
  const { starts: xs, values: matrix } = measuredWeights(state);
  const lines = [], bands = [];
  for (const { text, index, rows } of familyBlocks(state.run, suffix)) {
    const style = lineStyle(index % 3, index % 3);
    const columns = xs.map((_, column) => rows.map((row) => matrix[row * xs.length + column])
        .filter((value) => !Number.isNaN(value)).sort((a, b) => a - b));
    const pick = (part) => columns
        .map((values) => (values.length ? values[Math.round(part * (values.length - 1))] : NaN));
    lines.push({ name: text, style, xs, ys: pick(0.5) });
    if (rows.length > 1) bands.push({ style, xs, lows: pick(0), highs: pick(1) });
  }
  return { title, note: measure.text, lines, bands, log: measure.log, marks: chartMarks(state.run), height: 180 };
}

function addFamily(state, suffix, title, onPick) {
  const spec = familySpec(state, suffix, title);
  if (spec.lines.length === 0) return;
  const host = element("figure", { class: "pickable", tabindex: 0, onclick: onPick,
      onkeydown: (event) => { if (event.key === "Enter") onPick(); } });
  byId("weights-charts").append(host);
  lineChart(host, spec);
  host.append(element("div", { class: "legend" },
      ...spec.lines.map(({ name, style }) => element("span", { class: "colour-key" }, lineSample(style), name))));
}

function addFamilyMaps(state, suffix, title) {
  const measure = WEIGHT_MEASURES[state.measure];
  const { starts: columns, values: matrix } = measuredWeights(state);
  if (columns.length === 0) return;
  const blocks = familyBlocks(state.run, suffix);
  const range = finiteRange(blocks.flatMap(({ rows }) => rows.map((row) => rowOf(matrix, row, columns.length))),
      measure.log) || [0, 1];
  for (const { text, rows } of blocks) {
    const host = element("figure");
    byId("weights-map").append(host);
    const values = new Float32Array(rows.flatMap((row) => rowOf(matrix, row, columns.length)));
    heatMap(host, { title: `${title}, ${text}`, note: measure.text, small: true, rows: rows.length, starts: columns,
        end: state.run.last_update, values,
      lo: range[0], hi: range[1], log: measure.log, marks: heatMarks(state.run, null),
          rowText: (row) => state.run.matrices.names[rows[row - 1]] });
  }
}

/** RMS of every layer's output and of the gradient at it, where logged. */
function showStream(run) {
  const host = byId("stream-maps");
  host.replaceChildren();
  const { stream } = run;
  if (!stream) return;
  const parts = [["encoder", 0, stream.encoder_layers], ["decoder", stream.encoder_layers, stream.layers]];
  for (const [key, what] of [["activation_rms", "RMS of the layer's output"],
      ["gradient_rms", "RMS of the gradient at it"]]) {
    const matrix = matrixOf(run, `stream.${key}`, stream[key]);
    if (!matrix) continue;
    const { starts, values } = measuredColumns(matrix, stream.layers, run.columns.layer);
    const range = finiteRange([values], true) || [1, 1];
    for (const [stack, from, to] of parts) {
      if (to <= from) continue;
      const figure = element("figure");
      host.append(figure);
      heatMap(figure, { title: `${capitalised(stack)}: ${what}`, small: true, rows: to - from, starts,
          end: run.last_update,
        values: values.subarray(from * starts.length, to * starts.length), lo: range[0], hi: range[1], log: true,
            marks: heatMarks(run, null) });
    }
  }
}

/** The largest Hessian eigenvalue, plain and preconditioned, where logged. */
function showSharpness(run) {
  const host = byId("sharpness-chart");
  host.replaceChildren();
  if (!run.sharpness) return;
  const xs = run.sharpness.update;
  const line = (name, key, style) => ({ name, style, points: true, ...measured(xs, run.sharpness[key]) });
  const chart = (title, note, entry) => addChart(host,
      { title, note, lines: [entry], log: true, marks: chartMarks(run) });
  chart("Sharpness", "largest eigenvalue of the Hessian", line("sharpness", "sharpness", lineStyle(0, 0)));
  if (run.sharpness.preconditioned.some((value) => !Number.isNaN(value))) {
    chart("Preconditioned sharpness", "the same under Adam's preconditioner",
        line("preconditioned", "preconditioned", lineStyle(1, 0)));
  }
}
