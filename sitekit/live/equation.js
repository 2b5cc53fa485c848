// The editor of an equation: edit its LaTeX, see it, and have it checked.
import { area, button, call, element, keepOffline, status } from "./editing.js";

const editors = new Map(); // by the id of the equation
const temml = () => globalThis.temml ?? new Promise((done, fail) => {
  const script = element("script", { src: new URL("temml.js", import.meta.url).href });
  script.onload = () => done(globalThis.temml);
  script.onerror = () => fail(new Error("the renderer of equations was not to be had"));
  document.head.append(script);
});

/** Open the editor below the button that was pressed. */
export function press(pressed) {
  const { equation } = pressed.dataset;
  if (!editors.has(equation)) editors.set(equation, new Editor(pressed));
  const editor = editors.get(equation);
  editor.text.focus();
  return editor;
}

/** Open the edit that an address carries: #eq-name?tex=... */
export function open(hash) {
  const [anchor, tex] = hash.slice(1).split("?tex=");
  const pressed = document.querySelector(`[data-live=check][data-equation="${CSS.escape(anchor)}"]`);
  if (!pressed) return;
  pressed.closest("details").open = true;
  const editor = press(pressed);
  editor.set(decodeURIComponent(tex));
  editor.check();
  document.getElementById(anchor).scrollIntoView();
}

class Editor {
  constructor(pressed) {
    const { page, at, equation } = pressed.dataset;
    this.anchor = equation;
    this.at = Number(at);
    this.page = page;
    const annotation = document.querySelector(`#${CSS.escape(equation)} annotation`);
    this.original = annotation.textContent.trim();
    this.text = area("LaTeX of the equation", this.original);
    this.text.classList.add("live__area--tex");
    this.view = element("div", { className: "live__equation", tabIndex: 0, role: "group",
      ariaLabel: "The edited equation" });
    this.line = status();
    this.menu = element("select", { ariaLabel: "Try a mistake" },
      element("option", { textContent: "Try a mistake…", value: "" }));
    this.menu.onchange = () => { this.set(this.menu.value || this.original); this.check(); };
    this.link = element("a", { textContent: "Link to this edit" });
    this.text.addEventListener("input", () => this.render());
    const bar = element("p", { className: "live__bar" }, button("Check", () => this.check()),
      button("Reset", () => this.set(this.original)), this.menu, this.link);
    pressed.after(element("div", { className: "live" },
      this.text, this.view, bar, this.line));
    pressed.hidden = true;
    this.set(this.original); // in its place it is as tall as it needs
    this.fill();
  }

  get source() {
    this.markdown ??= fetch(new URL(`pages/${this.page}`, import.meta.url)).then((r) => r.text());
    return this.markdown;
  }

  set(tex) {
    this.text.value = tex;
    this.text.dispatchEvent(new Event("input"));
  }

  async render() {
    const tex = this.text.value;
    this.link.href = `#${this.anchor}?tex=${encodeURIComponent(tex)}`;
    this.line.textContent = "";
    delete this.line.dataset.holds;
    const renderer = await temml();
    try {
      const plain = tex.replace(/\\label\{[^}]*\}/g, "");
      this.view.innerHTML = renderer.renderToString(plain,
        { displayMode: true, throwOnError: true, trust: false });
    } catch (error) {
      this.view.textContent = error.message;
    }
  }

  async fill() {
    try {
      const { result } = await call(this.line, "checker.mistakes", [this.page, await this.source, this.at]);
      for (const { change, latex } of result)
        this.menu.append(element("option", { textContent: change, value: latex }));
      this.menu.append(element("option", { textContent: "none: as printed", value: this.original }));
      if (this.line.textContent === "Running…") this.line.textContent = "";
    } catch (error) {
      this.line.textContent = error.message;
    }
  }

  async check() {
    try {
      const { result, versions } = await call(this.line, "checker.check",
        [this.page, await this.source, this.at, this.text.value]);
      this.line.dataset.holds = result.holds;
      this.line.textContent = result.holds
        ? `✓ It holds: ${result.comparisons} comparisons, largest error ` +
          `${result.error.toExponential(0)}. (${versions})`
        : `✗ Refused: ${result.told}`;
      keepOffline();
    } catch (error) {
      this.line.textContent = error.message;
    }
  }
}
