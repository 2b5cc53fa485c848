// The controls of a figure: each change of one draws the figure anew, in Python.
import { button, call, element, keepOffline, status } from "./editing.js";

const SHAPES = new Set(["svg", "path", "rect", "polyline", "circle", "text"]);
const WORDS = new Set(["class", "d", "height", "points", "r", "style", "viewBox", "width", "x", "y",
  "cx", "cy", "font-size", "text-anchor", "stroke-width", "stroke-dasharray", "fill-opacity"]);

/** Put the controls in the place of the button that was pressed. */
export async function press(pressed) {
  const address = new URL(`explorers/${pressed.dataset.explorer}.json`, import.meta.url);
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  new Explorer(pressed.closest(".explorer"), await response.text());
}

/** Copy a drawing: shapes and words only, whatever made it. */
function clean(drawn) {
  if (!SHAPES.has(drawn.localName)) return null;
  const copy = document.createElementNS("http://www.w3.org/2000/svg", drawn.localName);
  for (const { name, value } of drawn.attributes)
    if (WORDS.has(name) && !/url|@/i.test(value)) copy.setAttribute(name, value);
  for (const child of drawn.children) copy.append(clean(child) ?? "");
  if (copy.localName === "text") copy.textContent = drawn.textContent;
  return copy;
}

class Explorer {
  constructor(box, description) {
    this.description = description;
    this.picture = box.previousElementSibling.querySelector("svg");
    this.line = status();
    this.told = element("output", { className: "explorer__told" });
    const { controls } = JSON.parse(description);
    this.inputs = controls.map(input);
    const again = button("Reset", () => this.reset());
    const bar = element("div", { className: "explorer__controls", role: "group",
      ariaLabel: box.textContent.trim() }, ...this.inputs.map(named), again);
    bar.addEventListener("input", () => this.draw());
    // Above the picture, which may grow: a slider must not move under the hand.
    box.previousElementSibling.before(bar);
    box.replaceChildren(this.told, this.line);
    this.inputs[0].focus();
    this.draw();
  }

  get values() {
    return Object.fromEntries(this.inputs.map(({ name, type, value }) =>
      [name, type === "range" ? Number(value) : value]));
  }

  reset() {
    for (const one of this.inputs) {
      one.max = one.dataset.max ?? "";
      one.value = one.dataset.start;
    }
    this.draw();
  }

  /** Draw; what changed meanwhile is drawn once more, at its last value. */
  async draw() {
    for (const one of this.inputs) show(one);
    this.stale = true;
    if (this.drawing) return;
    this.drawing = true;
    try {
      while (this.stale) {
        this.stale = false;
        const values = JSON.stringify(this.values);
        const { result } = await call(this.line, "runner.draw", [this.description, values]);
        this.put(result);
      }
      this.line.textContent = "";
      keepOffline();
    } catch (error) {
      this.line.textContent = error.message;
    } finally {
      this.drawing = false;
    }
  }

  put({ svg, told, most }) {
    const drawn = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
    const fresh = clean(drawn);
    fresh.setAttribute("role", "img");
    fresh.setAttribute("aria-label", told);
    this.picture.replaceWith(fresh);
    this.picture = fresh;
    this.told.textContent = told;
    for (const one of this.inputs) {
      if (!(one.name in most)) continue;
      one.max = most[one.name];
      show(one);
    }
  }
}

/** Return the native input of a control. */
function input({ kind, name, value, label, low, high, step, options, most }) {
  const common = { name, ariaLabel: label };
  const made =
    kind === "choice"
      ? element("select", common, ...options.map((textContent) => element("option", { textContent })))
      : kind === "text"
        ? element("input", { ...common, type: "text", maxLength: most, spellcheck: false, autocomplete: "off" })
        : element("input", { ...common, type: "range", min: low, max: high, step });
  if (kind === "range") made.dataset.max = high;
  made.value = made.dataset.start = value;
  return made;
}

/** Return an input with its name and, for a slider, its value beside it. */
function named(one) {
  const shown = one.type === "range" ? [element("span", { className: "explorer__value" })] : [];
  return element("label", { className: one.type === "text" ? "explorer__text" : "" },
    one.ariaLabel, one, ...shown);
}

function show(one) {
  const place = one.parentElement.querySelector(".explorer__value");
  if (place) place.textContent = one.value.replace("-", "−");
}
