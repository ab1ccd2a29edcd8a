// Line charts in SVG: any number of series, logarithmic on request, with a cross-hair that reads values out, and zoom
// by dragging.
//
// spec: { title, note, xLabel, yLabel, log, xRange, yRange, height, lines, bands, marks, onZoom }
//   lines  [{ name, style, xs, ys, faded, points }]   NaN breaks a line; an infinite y is a cross at the top; points:
//     dots at values
//   bands  [{ style, xs, lows, highs }]       drawn beneath
//   marks  [{ x, text, style }]               vertical lines
//   xRange [lo, hi] or null                   a zoomed section

const CHART_MARGIN = { left: 54, right: 12, top: 8, bottom: 34 };
const CLEAR_OF_POINTER = 24;  // Pixels beside the pointer within which a point counts as pointed at.

/** Puts a chart into `host` and redraws it when its width changes. Returns a function that takes a new spec. */
function lineChart(host, spec) {
  return captionedPlot(host, spec, drawChart).show;
}

function drawChart(plot, spec, width) {
  const height = spec.height || 230;
  const frame = chartFrame(spec, width, height);
  if (!frame) {
    plot.replaceChildren(element("p", { class: "empty" }, "Not in the log" + (spec.log ? ", or not above 0." : ".")));
    return;
  }
  const picture = shape("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
      "aria-label": spec.title });
  const clip = `clip-${++drawChart.count}`;
  picture.append(shape("clipPath", { id: clip },
      shape("rect", { x: frame.left, y: frame.top - 2, width: frame.width, height: frame.height + 4 })));
  picture.append(...axisShapes(frame, spec));
  const inside = shape("g", { "clip-path": `url(#${clip})` });
  for (const band of spec.bands || []) inside.append(bandShape(band, frame));
  for (const mark of spec.marks || []) inside.append(...markShapes(mark, frame));
  for (const line of spec.lines) inside.append(...lineShapes(line, frame));
  picture.append(inside);
  attachPointer(picture, frame, spec);
  plot.replaceChildren(picture);
}
drawChart.count = 0;

/** Where things stand, and both scales; null if there is nothing to draw. */
function chartFrame(spec, width, height) {
  const xs = spec.xRange || finiteRange(spec.lines.map((line) => line.xs));
  const seen = [...spec.lines.map((line) => visiblePart(line.xs, line.ys, xs)),
    ...(spec.bands || []).flatMap((band) => [visiblePart(band.xs, band.lows, xs),
        visiblePart(band.xs, band.highs, xs)])];
  const ys = spec.yRange || finiteRange(seen, spec.log);
  if (!xs || !ys) return null;
  const [lo, hi] = spec.yRange || padded(ys, spec.log);
  const { left, right, top, bottom } = CHART_MARGIN;
  return {
    left, top, width: width - left - right, height: height - top - bottom,
    x: makeScale(xs[0], xs[1] > xs[0] ? xs[1] : xs[0] + 1, left, width - right),
    y: makeScale(lo, hi, height - bottom, top, spec.log),
  };
}

function visiblePart(xs, ys, range) {
  return range ? ys.filter((_, i) => xs[i] >= range[0] && xs[i] <= range[1]) : ys;
}

/** Grid, ticks, labels and frame. */
function axisShapes(frame, spec) {
  const shapes = [];
  const bottom = frame.top + frame.height;
  for (const tick of frame.y.ticks(5)) {
    const y = frame.y.place(tick);
    shapes.push(shape("line", { class: "grid-line", x1: frame.left, x2: frame.left + frame.width, y1: y, y2: y }),
      shape("text", { x: frame.left - 7, y: y + 4, "text-anchor": "end" }, tickNumber(tick)));
  }
  for (const tick of frame.x.ticks(Math.max(2, Math.floor(frame.width / 62)))) {
    const x = frame.x.place(tick);
    shapes.push(shape("line", { class: "grid-line", x1: x, x2: x, y1: frame.top, y2: bottom }),
      shape("text", { x, y: bottom + 15, "text-anchor": "middle" }, tickNumber(tick)));
  }
  shapes.push(shape("rect", { class: "frame", x: frame.left, y: frame.top, width: frame.width, height: frame.height }),
    shape("text", { x: frame.left + frame.width, y: bottom + 30, "text-anchor": "end" }, spec.xLabel || "update"));
  if (spec.yLabel) {
    const middle = frame.top + frame.height / 2;
    shapes.push(shape("text", { x: 11, y: middle, "text-anchor": "middle", transform: `rotate(-90 11 ${middle})` },
        spec.yLabel));
  }
  return shapes;
}

function drawable(value, scale) {
  return Number.isFinite(value) && (!scale.log || value > 0);
}

function lineShapes(line, frame) {
  let path = "", open = false;
  const crosses = [], dots = [];
  line.ys.forEach((value, i) => {
    const x = frame.x.place(line.xs[i]);
    if (!drawable(value, frame.y)) {
      if (value === Infinity) crosses.push(shape("path",
          { d: `M${x - 4} ${frame.top + 3}l8 8m0 -8l-8 8`, class: "curve", style: `stroke:${line.style.colour}` }));
      if (value !== Infinity && !line.points) open = false;
      return;
    }
    const y = frame.y.place(value);
    path += `${open ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    open = true;
    if (line.points) dots.push(shape("circle", { cx: x, cy: y, r: 2.4, style: `fill:${line.style.colour}` }));
  });
  if (line.points && dots.length > 60) dots.length = 0;
  const curve = shape("path", { d: path || "M0 0", class: line.faded ? "curve faded" : "curve",
      style: `stroke:${line.style.colour}`, "stroke-dasharray": line.style.dash });
  return [curve, ...(line.faded ? [] : dots), ...crosses];
}

function bandShape(band, frame) {
  const upper = [], lower = [];
  band.xs.forEach((x, i) => {
    if (!drawable(band.lows[i], frame.y) || !drawable(band.highs[i], frame.y)) return;
    upper.push(`${frame.x.place(x).toFixed(1)} ${frame.y.place(band.highs[i]).toFixed(1)}`);
    lower.unshift(`${frame.x.place(x).toFixed(1)} ${frame.y.place(band.lows[i]).toFixed(1)}`);
  });
  const d = upper.length ? `M${upper.join("L")}L${lower.join("L")}Z` : "M0 0";
  return shape("path", { d, class: "band", style: `fill:${band.style.colour}` });
}

function markShapes(mark, frame) {
  const x = frame.x.place(mark.x);
  const stroke = mark.style ? `stroke:${mark.style.colour}` : "";
  return [shape("line", { class: "mark-line", x1: x, x2: x, y1: frame.top, y2: frame.top + frame.height, style: stroke,
      "stroke-dasharray": "5 3", opacity: 0.75 },
    shape("title", {}, mark.text))];
}

/** The index of the x nearest to `x`; xs ascend. */
function nearestIndex(xs, x) {
  let lo = 0, hi = xs.length - 1;
  while (hi - lo > 1) {
    const middle = (lo + hi) >> 1;
    if (xs[middle] < x) lo = middle; else hi = middle;
  }
  return Math.abs(xs[lo] - x) <= Math.abs(xs[hi] - x) ? lo : hi;
}

/** Cross-hair, read-out, and zoom where the spec wants it. */
function attachPointer(picture, frame, spec) {
  const hair = shape("line", { class: "cross-hair", y1: frame.top, y2: frame.top + frame.height,
      visibility: "hidden" });
  const zoom = shape("rect", { class: "zoom", y: frame.top, height: frame.height, visibility: "hidden" });
  picture.append(zoom, hair);
  let dragFrom = null;
  const place = (event) => Math.min(frame.left + frame.width, Math.max(frame.left, pointerPlace(picture, event).x));
  picture.addEventListener("pointermove", (event) => {
    const at = place(event);
    hair.setAttribute("x1", at);
    hair.setAttribute("x2", at);
    hair.setAttribute("visibility", "visible");
    if (dragFrom !== null) {
      zoom.setAttribute("x", Math.min(at, dragFrom));
      zoom.setAttribute("width", Math.abs(at - dragFrom));
      zoom.setAttribute("visibility", Math.abs(at - dragFrom) > 4 ? "visible" : "hidden");
    }
    readOutLines(event, at, frame, spec);
  });
  picture.addEventListener("pointerleave", () => {
    hair.setAttribute("visibility", "hidden");
    hideReadOut();
  });
  if (!spec.onZoom) return;
  picture.addEventListener("pointerdown", (event) => { dragFrom = place(event); event.preventDefault(); });
  picture.addEventListener("pointerup", (event) => {
    const at = place(event), from = dragFrom;
    dragFrom = null;
    zoom.setAttribute("visibility", "hidden");
    if (from !== null && Math.abs(at - from) > 6) spec.onZoom([frame.x.value(Math.min(at, from)),
        frame.x.value(Math.max(at, from))]);
  });
  picture.addEventListener("dblclick", () => spec.onZoom(null));
}

function readOutLines(event, at, frame, spec) {
  const x = frame.x.value(at);
  const rows = [];
  for (const line of spec.lines) {
    if (line.faded || line.xs.length === 0) continue;
    const i = nearestIndex(line.xs, x);
    if (Math.abs(frame.x.place(line.xs[i]) - at) > CLEAR_OF_POINTER || Number.isNaN(line.ys[i])) continue;
    rows.push([line.name, shortNumber(line.ys[i]), line.style, line.ys[i]]);
  }
  rows.sort((a, b) => b[3] - a[3]);
  const shown = rows.slice(0, 14);
  if (rows.length > shown.length) shown.push([`and ${rows.length - shown.length} more`, "", null]);
  showReadOut(event, `${spec.xLabel || "update"} ${shortNumber(x)}`, shown);
}
