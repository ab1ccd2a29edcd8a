// Runs of the data block as the sections want them: typed arrays, styles, marks.

const KIND_NAMES = { encoder_self: "encoder self-attention", decoder_self: "decoder self-attention",
    cross: "cross attention" };
const GLYPH_OF_EVENT = { collapse: "collapse", divergence: "divergence", spike: "spike" };
const MARKED_EVENTS = ["divergence", "temperature", "spike", "plateau", "learning_rate", "branch"];

/** The block's runs, curves as numbers, each with its line style: colours tell groups, dashes seeds. */
function readRuns(block) {
  const members = new Map();
  return block.runs.map((run, index) => {
    const member = members.get(run.group) || 0;
    members.set(run.group, member + 1);
    for (const list of [run.curves, run.valid, run.sharpness]) {
      for (const key of Object.keys(list || {})) list[key] = list[key].map(plainNumber);
    }
    return { ...run, index, style: lineStyle(run.group, member), cache: new Map() };
  });
}

/** A packed matrix of a run, unpacked when first asked for. */
function matrixOf(run, key, text) {
  if (!run.cache.has(key)) run.cache.set(key, unpacked(text));
  return run.cache.get(key);
}

/** Row `row` (from 0) of a matrix of `columns` columns; empty if there is no matrix. */
function rowOf(matrix, row, columns) {
  return matrix ? [...matrix.subarray(row * columns, (row + 1) * columns)] : [];
}

/** The columns of `matrix` (rows by starts.length) in which anything was measured: { starts, values }. */
function measuredColumns(matrix, rows, starts) {
  const kept = starts.map((_, column) => column).filter((column) => {
    for (let row = 0; row < rows; ++row) if (!Number.isNaN(matrix[row * starts.length + column])) return true;
    return false;
  });
  const values = new Float32Array(rows * kept.length);
  for (let row = 0; row < rows; ++row) kept.forEach((column, i) =>
      { values[row * kept.length + i] = matrix[row * starts.length + column]; });
  return { starts: kept.map((column) => starts[column]), values };
}

/** x values for updates of a run: the updates themselves, or tokens or minutes, interpolated between records. */
function axisValues(run, updates, axis) {
  if (axis === "update") return updates;
  const { update, tokens, seconds } = run.curves;
  const values = axis === "tokens" ? tokens : seconds.map((value) => value / 60);
  return updates.map((at) => interpolated(update, values, at));
}

function interpolated(xs, ys, x) {
  if (xs.length === 0) return NaN;
  const near = nearestIndex(xs, x);
  const i = xs[near] > x ? Math.max(0, near - 1) : near;
  if (i + 1 >= xs.length || xs[i] >= x) return ys[i];
  return ys[i] + ((x - xs[i]) / (xs[i + 1] - xs[i])) * (ys[i + 1] - ys[i]);
}

/** Marks of a run for the heat map of `kind`: its collapses, and what concerns the whole run. */
function heatMarks(run, kind) {
  return run.events.flatMap((event) => {
    if (event.kind === "collapse") return event.attention === kind
        ? [{ x: event.began, row: event.layer, glyph: "collapse", text: event.message }] : [];
    if (!MARKED_EVENTS.includes(event.kind)) return [];
    return [{ x: event.began, row: null, glyph: GLYPH_OF_EVENT[event.kind] || "other",
        text: `${event.kind}: ${event.message}` }];
  });
}

/** Vertical lines for line charts: the first collapse, and events of the run. */
function chartMarks(run) {
  const first = run.events.filter((event) => event.kind === "collapse").sort((a, b) => a.began - b.began)[0];
  const marks = run.events.filter((event) => MARKED_EVENTS.includes(event.kind))
      .map((event) => ({ x: event.began, text: `${event.kind}: ${event.message}` }));
  if (first) marks.push({ x: first.began, text: first.message, style: { colour: "var(--warn)" } });
  return marks;
}

/** The class that gives a run's outcome its colour: "outcome-did-not-learn". */
function outcomeClass(run) {
  return `outcome-${run.outcome.replace(/ /g, "-")}`;
}

function capitalised(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
