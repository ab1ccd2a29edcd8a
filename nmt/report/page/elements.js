// Elements of the page. Text goes in as text nodes, never as markup: it may come from a log.

/** An HTML element with attributes and children, which are elements or text. */
function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
function shape(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function byId(id) {
  return document.getElementById(id);
}

/** A labelled row of buttons of which one is pressed. `options`: [value, text] pairs. */
function switchControl(label, options, value, onChange) {
  const buttons = options.map(([option, text]) =>
    element("button", { type: "button", "aria-pressed": String(option === value), onclick: () => choose(option) },
        text));
  function choose(option) {
    options.forEach(([other], i) => buttons[i].setAttribute("aria-pressed", String(other === option)));
    onChange(option);
  }
  return element("div", { class: "control", role: "group", "aria-label": label }, label,
      element("span", { class: "switch" }, ...buttons));
}

/** A labelled list to choose from. */
function selectControl(label, options, value, onChange) {
  const list = element("select", { "aria-label": label, onchange: () => onChange(list.value) },
    ...options.map(([option, text]) => element("option", { value: option }, text)));
  list.value = value;
  return element("label", { class: "control" }, label, list);
}

/** Calls `draw` with the width of `host`, now and whenever it changes. */
function onWidth(host, draw) {
  let width = 0;
  const look = () => {
    const now = Math.floor(host.clientWidth);
    if (now === width || now === 0) return;
    width = now;
    draw(width);
  };
  new ResizeObserver(look).observe(host);
  look();
}

/** A caption and a plot in `host`, which `draw(plot, spec, width)` fills now and whenever the width changes. Returns {
 * show, redraw }: show takes a new spec. */
function captionedPlot(host, spec, draw) {
  const plot = element("div", { class: "plot" });
  const caption = element("figcaption");
  host.replaceChildren(caption, plot);
  let width = 0;
  const redraw = () => {
    caption.replaceChildren(spec.title, ...(spec.note ? [element("small", {}, spec.note)] : []));
    if (width > 0) draw(plot, spec, width);
  };
  onWidth(plot, (now) => { width = now; redraw(); });
  return { redraw, show: (next) => { spec = next; redraw(); } };
}

/** A short stretch of line in `style`, for legends. */
function lineSample(style) {
  return shape("svg", { width: 26, height: 10, "aria-hidden": "true" },
    shape("path", { d: "M1 5H25", style: `stroke:${style.colour};stroke-width:2.2;fill:none`,
        "stroke-dasharray": style.dash }));
}

/** Where the pointer is, in the coordinates of an SVG picture, which CSS may have scaled. */
function pointerPlace(picture, event) {
  const box = picture.getBoundingClientRect();
  const scale = picture.viewBox.baseVal.width / box.width;
  return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
}
