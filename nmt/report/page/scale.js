// Scales from values to pixels, and ticks on them.

/** Whole steps of 1, 2 or 5 times a power of ten within [lo, hi], about `count` of them. */
function linearTicks(lo, hi, count) {
  const raw = (hi - lo) / Math.max(1, count);
  if (!(raw > 0)) return [lo];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= raw) * power;
  const ticks = [];
  for (let i = Math.ceil(lo / step - 1e-9); i * step <= hi
      + step * 1e-9; ++i) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

/** Powers of ten within [lo, hi]; with 2 and 5 between them, or linear ticks, where they are few. */
function logTicks(lo, hi, count) {
  const ticks = [];
  const decades = Math.log10(hi / lo);
  const factors = decades > 3 ? [1] : decades > 1.2 ? [1, 2, 5] : null;
  if (!factors) return linearTicks(lo, hi, count).filter((tick) => tick > 0);
  const skip = Math.max(1, Math.ceil(decades / (1.5 * count)));
  for (let power = Math.floor(Math.log10(lo)); power <= Math.ceil(Math.log10(hi)); ++power) {
    if (factors.length === 1 && power % skip !== 0) continue;
    for (const factor of factors) {
      const tick = Number((factor * 10 ** power).toPrecision(12));
      if (tick >= lo * (1 - 1e-9) && tick <= hi * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks;
}

/** A scale of [lo, hi] to [from, to]: place(value), value(place), ticks(count). */
function makeScale(lo, hi, from, to, log = false) {
  const forward = log ? Math.log : (value) => value;
  const back = log ? Math.exp : (value) => value;
  const start = forward(lo);
  const length = forward(hi) - start || 1;
  return {
    lo, hi, log,
    place: (value) => from + ((forward(value) - start) / length) * (to - from),
    value: (place) => back(start + ((place - from) / (to - from)) * length),
    ticks: (count) => (log ? logTicks(lo, hi, count) : linearTicks(lo, hi, count)),
  };
}

/** [lo, hi] a little wider, so that no line runs on the frame. */
function padded(range, log) {
  const [lo, hi] = range;
  if (log) {
    const factor = Math.max(1.05, (hi / lo) ** 0.04);
    return [lo / factor, hi * factor];
  }
  const room = (hi - lo) * 0.04 || Math.abs(hi) * 0.1 || 1;
  return [lo >= 0 && lo < room ? 0 : lo - room, hi + room];
}
