// Heat maps: rows over updates, an image within SVG, with axes and marks above it. Row 1 is at the bottom.
//
// spec: { title, note, small, rows, starts, end, values, lo, hi, log, rowText, rowLabel, marks, onRow, picked, format }
//   starts  the update at which each column begins, ascending; end: where the last one does
//   values  Float32Array, row by row
//   marks   [{ x, row, text, glyph }]; row: from 1, or null for a line over all rows; glyph: "collapse", "divergence",
//     ...

const MAP_MARGIN = { left: 54, right: 70, top: 14, bottom: 34 };

/** Puts a heat map into `host`. Returns a function that takes a new spec. */
function heatMap(host, spec) {
  const figure = captionedPlot(host, spec, drawHeatMap);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", figure.redraw);
  return figure.show;
}

/** Where `value` stands between spec.lo and spec.hi, 0 to 1; NaN for no value. */
function heat(value, spec) {
  if (Number.isNaN(value)) return NaN;
  if (spec.log && !(value > 0)) return value === 0 ? 0 : NaN;
  const [lo, hi, at] = spec.log ? [spec.lo, spec.hi, value].map(Math.log) : [spec.lo, spec.hi, value];
  return hi > lo ? Math.min(1, Math.max(0, (at - lo) / (hi - lo))) : 0.5;
}

/** Paints `spec` into `canvas`, `width` pixels wide and a pixel a row high; CSS stretches it. */
function paintHeat(canvas, spec, width) {
  const columns = spec.starts.length;
  canvas.width = width;
  canvas.height = spec.rows;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, spec.rows);
  const blank = noValueColour();
  const scale = makeScale(spec.starts[0], heatEnd(spec), 0, width);
  let column = 0;
  for (let x = 0; x < width; ++x) {
    while (column + 1 < columns && spec.starts[column + 1] <= scale.value(x + 0.5)) ++column;
    for (let row = 0; row < spec.rows; ++row) {
      const part = heat(spec.values[row * columns + column], spec);
      const colour = Number.isNaN(part) ? blank : viridis(part);
      image.data.set([...colour, 255], 4 * ((spec.rows - 1 - row) * width + x));
    }
  }
  context.putImageData(image, 0, 0);
}

/** The right edge: a last column that begins at the run's end has a width all the same. */
function heatEnd(spec) {
  const last = spec.starts[spec.starts.length - 1];
  if (spec.end > last) return spec.end;
  return spec.starts.length > 1 ? last + Math.max(1, (last - spec.starts[0]) / (spec.starts.length - 1)) : last + 1;
}

function drawHeatMap(plot, spec, width) {
  if (!spec.values) {
    plot.replaceChildren(element("p", { class: "empty" }, "Not in the log."));
    return;
  }
  const inner = (spec.small ? 0.6 : 1) * Math.min(420,
      Math.max(96, spec.rows * Math.max(3, Math.min(18, 260 / spec.rows))));
  const { left, right, top, bottom } = MAP_MARGIN;
  const frame = { left, top, width: width - left - right, height: inner };
  frame.x = makeScale(spec.starts[0], heatEnd(spec), left, left + frame.width);
  frame.rowTop = (row) => top + inner - (row * inner) / spec.rows;
  const canvas = element("canvas");
  paintHeat(canvas, spec, Math.max(1, Math.round(frame.width * Math.min(2, devicePixelRatio || 1))));
  const height = top + inner + bottom;
  const picture = shape("svg", { class: spec.onRow ? "pickable" : null, viewBox: `0 0 ${width} ${height}`, width,
      height, role: "img", "aria-label": spec.title });
  picture.append(shape("image", { href: canvas.toDataURL(), x: left, y: top, width: frame.width, height: inner,
      preserveAspectRatio: "none" }),
    ...heatAxes(frame, spec), ...heatKey(frame, spec), ...pickedRow(frame, spec));
  for (const mark of spec.marks || []) picture.append(...heatMark(mark, frame, spec));
  attachHeatPointer(picture, frame, spec);
  plot.replaceChildren(picture);
}

function heatAxes(frame, spec) {
  const bottom = frame.top + frame.height;
  const shapes = [shape("rect", { class: "frame", x: frame.left, y: frame.top, width: frame.width,
      height: frame.height })];
  for (const tick of frame.x.ticks(Math.max(2, Math.floor(frame.width / 70)))) {
    const x = frame.x.place(tick);
    shapes.push(shape("line", { class: "frame", x1: x, x2: x, y1: bottom, y2: bottom + 4 }),
      shape("text", { x, y: bottom + 17, "text-anchor": "middle" }, tickNumber(tick)));
  }
  const step = Math.max(1, Math.ceil(spec.rows / (frame.height / 16)));
  for (let row = 1; row <= spec.rows; ++row) {
    if (row !== 1 && step > 1 && (row % niceStep(step) !== 0 || row - 1 < niceStep(step) * 0.75)) continue;
    const y = (frame.rowTop(row) + frame.rowTop(row - 1)) / 2;
    shapes.push(shape("text", { x: frame.left - 7, y: y + 4, "text-anchor": "end" }, spec.rowLabel ? spec.rowLabel(row)
        : String(row)));
  }
  shapes.push(shape("text", { x: frame.left + frame.width, y: bottom + 31, "text-anchor": "end" }, "update"));
  const middle = frame.top + frame.height / 2;
  shapes.push(shape("text", { x: 11, y: middle, "text-anchor": "middle", transform: `rotate(-90 11 ${middle})` },
      "layer"));
  return shapes;
}

function niceStep(step) {
  return [2, 5, 10, 20, 25, 50, 100].find((nice) => nice >= step) || step;
}

/** The colour key at the right. */
function heatKey(frame, spec) {
  const x = frame.left + frame.width + 14;
  const shapes = [];
  const slices = 40;
  for (let i = 0; i < slices; ++i) {
    const colour = viridis((i + 0.5) / slices).map(Math.round).join(",");
    shapes.push(shape("rect", { x, y: frame.top + frame.height * (1 - (i + 1) / slices), width: 10,
        height: frame.height / slices + 0.6, style: `fill:rgb(${colour})` }));
  }
  if (!(spec.hi > spec.lo)) return shapes;
  const scale = makeScale(spec.lo, spec.hi, frame.top + frame.height, frame.top, spec.log);
  for (const tick of scale.ticks(4)) shapes.push(shape("text", { x: x + 15, y: scale.place(tick) + 4 },
      tickNumber(tick)));
  return shapes;
}

function pickedRow(frame, spec) {
  if (!spec.picked) return [];
  const y = frame.rowTop(spec.picked);
  const height = frame.rowTop(spec.picked - 1) - y;
  const box = { x: frame.left, y, width: frame.width, height };
  return [shape("rect", { class: "row-pick-outer", ...box, x: frame.left - 1, width: frame.width + 2, y: y - 1,
      height: height + 2 }), shape("rect", { class: "row-pick", ...box })];
}

const GLYPHS = {
  collapse: "M-5 -4H5L0 5Z",
  divergence: "M-4 -4L4 4M4 -4L-4 4",
  spike: "M-4 4L0 -5L4 4Z",
  other: "M0 -5L5 0L0 5L-5 0Z",
};

/** A triangle in the row where a collapse began; a line over all rows for what concerns the run. */
function heatMark(mark, frame, spec) {
  const x = frame.x.place(mark.x);
  if (x < frame.left - 1 || x > frame.left + frame.width + 1) return [];
  const title = () => shape("title", {}, mark.text);
  if (mark.row) {
    const y = (frame.rowTop(mark.row) + frame.rowTop(mark.row - 1)) / 2;
    const size = Math.min(1, Math.max(0.55, frame.height / spec.rows / 12));
    return [shape("path", { d: GLYPHS.collapse, class: "mark-glyph", transform: `translate(${x} ${y}) scale(${size})` },
        title())];
  }
  const ends = { x1: x, x2: x, y1: frame.top, y2: frame.top + frame.height };
  return [shape("line", { class: "mark-halo", ...ends }),
      shape("line", { class: "mark-line", ...ends, "stroke-dasharray": "5 3" }, title()),
    shape("path", { d: GLYPHS[mark.glyph] || GLYPHS.other, class: "mark-glyph",
        transform: `translate(${x} ${frame.top - 6}) scale(0.85)` }, title())];
}

function attachHeatPointer(picture, frame, spec) {
  const cell = (event) => {
    const { x, y } = pointerPlace(picture, event);
    const row = spec.rows - Math.floor(((y - frame.top) / frame.height) * spec.rows);
    if (x < frame.left || x > frame.left + frame.width || row < 1 || row > spec.rows) return null;
    const update = frame.x.value(x);
    let column = 0;
    while (column + 1 < spec.starts.length && spec.starts[column + 1] <= update) ++column;
    return { row, column };
  };
  picture.addEventListener("pointermove", (event) => {
    const at = cell(event);
    if (!at) return hideReadOut();
    const value = spec.values[(at.row - 1) * spec.starts.length + at.column];
    const until = at.column + 1 < spec.starts.length ? spec.starts[at.column + 1] : spec.end;
    const span = until > spec.starts[at.column]
        ? `updates ${shortNumber(spec.starts[at.column])} to ${shortNumber(until)}`
        : `update ${shortNumber(spec.starts[at.column])}`;
    const row = spec.rowText ? spec.rowText(at.row) : `layer ${at.row}`;
    showReadOut(event, `${row}, ${span}`, [[spec.title, shortNumber(value), null]]);
  });
  picture.addEventListener("pointerleave", hideReadOut);
  if (spec.onRow) {
    picture.addEventListener("click", (event) => {
      const at = cell(event);
      if (at) spec.onRow(at.row);
    });
  }
}
