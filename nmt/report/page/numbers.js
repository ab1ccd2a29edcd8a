// Numbers: what the data block holds, and how people read them.

/** The Float32Array that packed_values.cpp wrote: bfloat16, little-endian, base64. Null for null. */
function unpacked(text) {
  if (text === null || text === undefined) return null;
  const bytes = atob(text);
  const values = new Float32Array(bytes.length / 2);
  const bits = new Uint32Array(values.buffer);
  for (let i = 0; i < values.length; ++i) {
    bits[i] = (bytes.charCodeAt(2 * i) << 16) | (bytes.charCodeAt(2 * i + 1) << 24);
  }
  return values;
}

/** A number of the data block: null is NaN, "inf" and "-inf" are themselves. */
function plainNumber(value) {
  if (value === null) return NaN;
  if (value === "inf") return Infinity;
  return value === "-inf" ? -Infinity : value;
}

/** Three significant digits, thousands apart; large and small ones with a power of ten. */
function shortNumber(value) {
  if (Number.isNaN(value)) return "no value";
  if (!Number.isFinite(value)) return value > 0 ? "infinite" : "minus infinite";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e7 || size < 1e-3)) return value.toExponential(2).replace("e+", "e");
  if (size >= 1000) return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, ",");
  return String(Number(value.toPrecision(3)));
}

/** For an axis: 40k, 1.2M, 1e-5. */
function tickNumber(value) {
  const size = Math.abs(value);
  if (size >= 1e9 || (size > 0 && size < 1e-3)) {
    return value.toExponential(size >= 1e9 ? 1 : 0).replace("e+", "e").replace(".0e", "e");
  }
  if (size >= 1e6) return String(Number((value / 1e6).toPrecision(4))) + "M";
  if (size >= 1e4) return String(Number((value / 1e3).toPrecision(4))) + "k";
  return String(Number(value.toPrecision(6)));
}

/** Smallest and largest finite value; null if there is none. `positive`: only values above 0 count. */
function finiteRange(lists, positive = false) {
  let lo = Infinity, hi = -Infinity;
  for (const list of lists) {
    for (const value of list) {
      if (!Number.isFinite(value) || (positive && value <= 0)) continue;
      if (value < lo) lo = value;
      if (value > hi) hi = value;
    }
  }
  return lo <= hi ? [lo, hi] : null;
}
