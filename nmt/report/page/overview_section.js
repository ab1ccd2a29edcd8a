// Small multiples: one small heat map a run, in a grid of depth and variant.

const OVERVIEW_MEASURES = [["relative_mean", "mean over heads"], ["relative_lowest", "lowest head"]];
const TILE = { width: 162, height: 92 };

function overviewSection(runs, onPick) {
  const kinds = Object.keys(KIND_NAMES).filter((kind) => runs.some((run) => attentionOf(run, kind)));
  if (kinds.length === 0) {
    byId("overview-grid").append(element("p", { class: "empty" }, "No attention entropy in these logs."));
    return () => {};
  }
  const state = { kind: kinds[kinds.length - 1], measure: "relative_mean", picked: null };
  const tiles = [];
  function draw() {
    tiles.length = 0;
    byId("overview-grid").replaceChildren(overviewGrid(runs, state,
        (run, tile) => { tiles.push([run, tile]); tile.addEventListener("click", () => onPick(run)); }));
    mark();
  }
  function mark() {
    for (const [run, tile] of tiles) tile.setAttribute("aria-current", String(run === state.picked));
  }
  const key = element("canvas", { "aria-hidden": "true" });
  paintColourKey(key);
  byId("overview-controls").append(
    switchControl("Attention", kinds.map((kind) => [kind, KIND_NAMES[kind].replace(/[- ]attention/, "")]), state.kind,
        (kind) => { state.kind = kind; draw(); }),
    switchControl("Entropy", OVERVIEW_MEASURES, state.measure, (measure) => { state.measure = measure; draw(); }),
    element("span", { class: "colour-key" }, "one position 0", key, "1 all alike"));
  draw();
  return (run) => { state.picked = run; mark(); };
}

function attentionOf(run, kind) {
  return run.attention.find((entry) => entry.kind === kind);
}

// The longer of the two lists runs down the page, so that a study fits its width; beside a single
// depth or variant the other list flows.
function overviewGrid(runs, state, onTile) {
  const variants = [...new Set(runs.map((run) => run.variant))].map((name) => ({ key: "variant", name }));
  const depths = [...new Set(runs.map((run) => run.depth))].sort((a, b) => parseInt(a) - parseInt(b))
      .map((name) => ({ key: "depth", name }));
  const [rows, columns] = variants.length > depths.length ? [variants, depths] : [depths, variants];
  const tilesOf = (...places) => runs.filter((run) => places.every(({ key, name }) => run[key] === name)).map((run) => {
    const tile = overviewTile(run, state);
    onTile(run, tile);
    return tile;
  });
  if (columns.length === 1) {
    const block = (row) => element("div", {},
        element("div", { class: "row-head" }, `${overviewTitle(row)} ${overviewTitle(columns[0])}`),
        element("div", { class: "cell" }, ...tilesOf(row, columns[0])));
    return element("div", { class: "overview-flow" }, ...rows.map(block));
  }
  const tilesAcross = Math.max(1, Math.floor(6 / columns.length));
  const grid = element("div",
      { class: "overview", style: `grid-template-columns: max-content repeat(${columns.length}, max-content)` });
  grid.append(element("div", { class: "corner" }),
      ...columns.map((column) => element("div", { class: "column-head" }, overviewTitle(column))));
  for (const row of rows) {
    grid.append(element("div", { class: "row-head" }, overviewTitle(row)));
    for (const column of columns) {
      const tiles = tilesOf(row, column);
      const cell = element("div", { class: "cell" }, ...tiles);
      cell.style.maxWidth = `${Math.min(tiles.length, tilesAcross) * 188}px`;
      grid.append(cell);
    }
  }
  return grid;
}

function overviewTitle({ key, name }) {
  return name || (key === "depth" ? "any depth" : "");
}

function overviewTile(run, state) {
  const entry = attentionOf(run, state.kind);
  const canvas = element("canvas");
  const map = element("div", { class: "tile-map" }, canvas);
  if (entry) {
    const spec = tileSpec(run, entry, state);
    if (spec.values) paintHeat(canvas, spec, 2 * TILE.width);
    map.append(tileMarks(run, spec, state.kind));
  }
  return element("button", { type: "button", class: "tile", title: `${run.label}: ${run.outcome_text}` }, map,
    element("div", { class: "tile-line" }, element("span", {}, `lr ${run.learning_rate}, s ${run.seed}`),
        element("span", { class: outcomeClass(run) }, run.outcome)),
    element("div", { class: "tile-line" }, element("span", {}, `${shortNumber(run.last_update)} updates`),
        element("span", {}, bestBleu(run))));
}

function bestBleu(run) {
  const range = finiteRange([run.valid.bleu]);
  return range ? `BLEU ${range[1].toFixed(1)}` : "";
}

function tileSpec(run, entry, state) {
  return { rows: entry.layers, starts: run.columns.layer, end: run.last_update, lo: 0, hi: 1,
    values: matrixOf(run, `${state.kind}.${state.measure}`, entry[state.measure]) };
}

function tileMarks(run, spec, kind) {
  const picture = shape("svg", { viewBox: `0 0 ${TILE.width} ${TILE.height}`, "aria-hidden": "true" });
  const x = makeScale(spec.starts[0], heatEnd(spec), 0, TILE.width);
  for (const mark of heatMarks(run, kind)) {
    const at = x.place(mark.x);
    if (mark.row) {
      const y = TILE.height * (1 - (mark.row - 0.5) / spec.rows);
      picture.append(shape("path",
          { d: GLYPHS.collapse, class: "mark-glyph",
          transform: `translate(${at} ${y}) scale(${spec.rows > 24 ? 0.5 : 0.7})` }));
    } else if (mark.glyph === "divergence") {
      const ends = { x1: at, x2: at, y1: 0, y2: TILE.height };
      picture.append(shape("line", { class: "mark-halo", ...ends }),
          shape("line", { class: "mark-line", ...ends, "stroke-dasharray": "4 2" }));
    }
  }
  return picture;
}
