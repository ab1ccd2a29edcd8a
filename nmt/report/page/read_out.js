// The one read-out that follows the pointer.

/** Shows `heading` and `lines`, [text, value, line style or null], beside the pointer. */
function showReadOut(event, heading, lines) {
  const box = byId("read-out");
  const rows = lines.map(([text, value, style]) =>
    element("div", { class: "line" }, style ? lineSample(style) : null, element("span", {}, text),
        element("b", {}, value)));
  box.replaceChildren(element("b", {}, heading), ...rows);
  box.hidden = false;
  const room = 14;
  const { offsetWidth: width, offsetHeight: height } = box;
  const right = event.clientX + room + width > window.innerWidth;
  const low = event.clientY + room + height > window.innerHeight;
  box.style.left = `${Math.max(4, right ? event.clientX - room - width : event.clientX + room)}px`;
  box.style.top = `${Math.max(4, low ? event.clientY - room - height : event.clientY + room)}px`;
}

function hideReadOut() {
  byId("read-out").hidden = true;
}
