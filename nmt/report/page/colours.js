// Colours for all eyes: Okabe and Ito's for lines (with dashes, so that no line is known by its colour alone), viridis
// for heat maps.

const LINE_COLOURS = 7;
const DASHES = ["", "7 3", "2 3", "9 3 2 3", "14 4", "4 2 1 2"];

const VIRIDIS = ["440154", "482878", "3e4a89", "31688e", "26828e", "1f9e89", "35b779", "6dcd59", "b4de2c", "fde725"]
    .map((hex) => [
  parseInt(hex.slice(0, 2), 16), parseInt(hex.slice(2, 4), 16), parseInt(hex.slice(4, 6), 16),
]);

/** The style of a run or head: colour by `group`, dashes by `member`. */
function lineStyle(group, member) {
  return {
    colour: `var(--line-${group % LINE_COLOURS})`,
    dash: DASHES[(member + Math.floor(group / LINE_COLOURS)) % DASHES.length],
  };
}

/** Red, green and blue of viridis at `part`, 0 to 1. */
function viridis(part) {
  const at = Math.min(1, Math.max(0, part)) * (VIRIDIS.length - 1);
  const below = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const rest = at - below;
  return VIRIDIS[below].map((value, i) => value + rest * (VIRIDIS[below + 1][i] - value));
}

/** What cells without a value are painted with, in the page's present theme. */
function noValueColour() {
  const hex = getComputedStyle(document.documentElement).getPropertyValue("--none").trim();
  return [parseInt(hex.slice(1, 3), 16), parseInt(hex.slice(3, 5), 16), parseInt(hex.slice(5, 7), 16)];
}

/** Draws viridis from left to right. */
function paintColourKey(canvas) {
  canvas.width = 128;
  canvas.height = 1;
  const context = canvas.getContext("2d");
  const image = context.createImageData(128, 1);
  for (let x = 0; x < 128; ++x) image.data.set([...viridis(x / 127), 255], 4 * x);
  context.putImageData(image, 0, 0);
}
