// One run: heat maps of attention entropy, layer by update, for each kind of attention.

const MEASURES = {
  relative_mean: { text: "mean entropy", title: "relative entropy, mean over heads", lo: 0, hi: 1 },
  relative_lowest: { text: "lowest head", title: "relative entropy of the lowest head", lo: 0, hi: 1 },
  smallest_row: { text: "smallest row", title: "smallest entropy of any row, nats" },
  largest_logit: { text: "largest logit", title: "largest logit of any row", log: true },
};

/** Draws into the section "run"; returns a function that shows another run. */
function attentionSection(onPick) {
  const state = { run: null, measure: "relative_mean", kind: null, layer: null };
  const maps = [];
  const head = headSection();
  function draw() {
    maps.forEach(({ entry, redraw }) => redraw(mapSpec(entry)));
  }
  function mapSpec(entry) {
    const measure = MEASURES[state.measure];
    const values = matrixOf(state.run, `${entry.kind}.${state.measure}`, entry[state.measure]);
    const range = values ? finiteRange([values], measure.log) || [0, 1] : [0, 1];
    return { title: capitalised(KIND_NAMES[entry.kind]), note: measure.title, rows: entry.layers,
        starts: state.run.columns.layer, end: state.run.last_update,
      values, lo: measure.lo ?? Math.min(range[0], measure.log ? range[0] : 0), hi: measure.hi ?? range[1],
          log: measure.log, marks: heatMarks(state.run, entry.kind),
      picked: state.kind === entry.kind ? state.layer : null, onRow: entry.by_head ? (layer) => pick(entry, layer)
          : null };
  }
  function pick(entry, layer) {
    Object.assign(state, { kind: entry.kind, layer });
    draw();
    head(state.run, entry, layer, (next) => pick(entry, next));
  }
  byId("run-controls").append(switchControl("Show", Object.entries(MEASURES).map(([key, { text }]) => [key, text]),
      state.measure, (measure) => { state.measure = measure; draw(); }),
    element("span", { class: "control" }, "Click a layer for its heads."));
  return (run) => {
    Object.assign(state, { run, kind: null, layer: null });
    maps.length = 0;
    byId("attention-maps").replaceChildren();
    showRunFacts(run);
    for (const entry of run.attention) {
      const host = element("figure");
      byId("attention-maps").append(host);
      maps.push({ entry, redraw: heatMap(host, mapSpec(entry)) });
    }
    if (run.attention.length === 0) byId("attention-maps").append(element("p", { class: "empty" },
        "No attention entropy in this log."));
    const start = firstLayerToShow(run);
    if (start) pick(start.entry, start.layer);
    else byId("head-detail").replaceChildren();
    onPick(run);
  };
}

/** Where a collapse began, else the layer whose mean entropy falls lowest; null without head detail. */
function firstLayerToShow(run) {
  const entries = run.attention.filter((entry) => entry.by_head);
  const collapse = run.events.filter((event) => event.kind === "collapse").sort((a, b) => a.began - b.began)[0];
  const of = collapse && entries.find((entry) => entry.kind === collapse.attention);
  if (of && collapse.layer >= 1 && collapse.layer <= of.layers) return { entry: of, layer: collapse.layer };
  let best = null, lowest = Infinity;
  for (const entry of entries) {
    const values = matrixOf(run, `${entry.kind}.relative_mean`, entry.relative_mean) || [];
    values.forEach((value, i) => {
      if (!(value < lowest)) return;
      lowest = value;
      best = { entry, layer: 1 + Math.floor(i / run.columns.layer.length) };
    });
  }
  return best || (entries.length ? { entry: entries[0], layer: 1 } : null);
}

/** Outcome, events and configuration of `run`. */
function showRunFacts(run) {
  const facts = [["Outcome", run.outcome_text], ["Updates", shortNumber(run.last_update)],
      ["Parameters", run.parameters ? shortNumber(run.parameters) : "not logged"]];
  if (run.reason) facts.push(["Ended", run.reason]);
  facts.push(["Log", run.path]);
  const list = element("dl", {},
      ...facts.map(([name, value]) => element("div", {}, element("dt", {}, name),
      element("dd", name === "Outcome" ? { class: outcomeClass(run) } : {}, value))));
  const told = run.events.slice(0, 40)
      .map((event) => element("li", {},
      `Update ${shortNumber(event.began)}, ${event.kind.replace(/_/g, " ")}: ${event.message}`));
  if (run.events.length > told.length) told.push(element("li", {}, `${run.events.length - told.length} more events`));
  const keys = Object.entries(run.config).map(([key, value]) => element("div", {}, element("b", {}, `${key} `), value));
  byId("run-facts").replaceChildren(list, ...(told.length ? [element("ul", {}, ...told)] : []),
    element("details", {}, element("summary", {}, "Configuration"), element("div", { class: "keys" }, ...keys)));
}
