// Curves of all runs: losses, BLEU, gradient norm, learning rate.

const CURVES = [
  { title: "Training nll", part: "curves", key: "nll", yLabel: "nats a piece" },
  { title: "Validation nll", part: "valid", key: "nll", yLabel: "nats a piece", points: true },
  { title: "Validation BLEU", part: "valid", key: "bleu", yLabel: "BLEU", points: true, linear: true },
  { title: "Gradient norm", note: "before clipping", part: "curves", key: "gradient_norm" },
  { title: "Learning rate", part: "curves", key: "learning_rate" },
];
const AXES = [["update", "updates"], ["tokens", "tokens"], ["minutes", "minutes"]];
const AXIS_LABELS = { update: "update", tokens: "target tokens", minutes: "minutes of training" };

function curvesSection(runs) {
  const state = { axis: "update", log: false, zoom: null, hidden: new Set(), lit: null };
  const charts = CURVES.map((curve) => {
    const host = element("figure");
    byId("curves-charts").append(host);
    return lineChart(host, curveSpec(curve));
  });
  function draw() {
    CURVES.forEach((curve, i) => charts[i](curveSpec(curve)));
  }
  function curveSpec(curve) {
    const lines = runs.filter((run) => !state.hidden.has(run.index)).map((run) => {
      const data = run[curve.part];
      return { name: run.label, style: run.style, points: curve.points, faded: state.lit !== null
          && state.lit !== run.index,
        xs: axisValues(run, data.update, state.axis), ys: data[curve.key] };
    });
    return { ...curve, lines, log: state.log && !curve.linear, xRange: state.zoom, xLabel: AXIS_LABELS[state.axis],
      onZoom: (range) => { state.zoom = range; draw(); } };
  }
  byId("curves-controls").append(
    switchControl("Against", AXES, state.axis, (axis) => { state.axis = axis; state.zoom = null; draw(); }),
    switchControl("Scale", [[false, "linear"], [true, "log"]], state.log, (log) => { state.log = log; draw(); }),
    element("span", { class: "control" }, "Drag to zoom, double-click to see all."));
  byId("curves-legend").append(...legendButtons(runs, state, draw));
}

/** A button a run: a click hides or shows it, hovering lights it up; the first one shows all or none. */
function legendButtons(runs, state, draw) {
  const press = (button, run) => button.setAttribute("aria-pressed", String(!state.hidden.has(run.index)));
  const buttons = runs.map((run) => {
    const button = element("button", { type: "button",
      onclick: () => { toggle(state.hidden, run.index); press(button, run); draw(); },
      onpointerenter: () => { state.lit = state.hidden.has(run.index) ? null : run.index; draw(); },
      onpointerleave: () => { state.lit = null; draw(); } }, lineSample(run.style), run.label);
    press(button, run);
    return button;
  });
  if (runs.length < 3) return buttons;
  const all = element("button", { type: "button", onclick: () => {
    const none = state.hidden.size === 0;
    runs.forEach((run) => (none ? state.hidden.add(run.index) : state.hidden.delete(run.index)));
    runs.forEach((run, i) => press(buttons[i], run));
    draw();
  } }, "all / none");
  return [all, ...buttons];
}

function toggle(set, value) {
  if (!set.delete(value)) set.add(value);
}
