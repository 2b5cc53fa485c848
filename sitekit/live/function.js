// Checks a reader's own function against the reference on the API pages.
import { area, button, call, element, keepOffline, status, stop } from "./editing.js";

/** Open the editor below the button that was pressed. */
export function press(pressed) {
  new Checker(pressed.closest(".live"), pressed.dataset.function);
  pressed.remove();
}

class Checker {
  constructor(box, name) {
    this.name = name;
    this.line = status();
    this.slips = element("ul", { className: "live__slips", hidden: true });
    this.text = area(`Your ${name}`, "");
    this.button = button("Check", () => (this.running ? stop() : this.check()));
    box.append(this.text, element("p", { className: "live__bar" }, this.button), this.line, this.slips);
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.check();
    });
    this.text.focus();
    this.fill();
  }

  async fill() {
    try {
      const { result } = await call(this.line, "runner.stub", [this.name]);
      if (!this.text.value) this.text.value = result;
      this.text.dispatchEvent(new Event("input"));
      this.line.textContent = "Write or paste yours, then check it.";
    } catch (error) {
      this.line.textContent = error.message;
    }
  }

  async check() {
    this.running = true;
    this.button.textContent = "Stop";
    this.slips.hidden = true;
    delete this.line.dataset.holds;
    try {
      const { result } = await call(this.line, "runner.check_function", [this.name, this.text.value]);
      this.line.dataset.holds = result.passed;
      this.line.textContent = `${result.passed ? "✓ Passed" : "✗ Not yet"}: ${result.message}`;
      this.slips.replaceChildren(
        ...result.slips.map((said) => element("li", { textContent: `Probably ${said}.` })));
      this.slips.hidden = !result.slips.length;
      keepOffline();
    } catch (error) {
      this.line.textContent = error.message;
    } finally {
      this.running = false;
      this.button.textContent = "Check";
    }
  }
}
