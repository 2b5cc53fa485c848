// Run, Edit, Reset and Stop of a snippet, and the comparison with the printed output.
import { area, button, call, element, keepOffline, status, stop } from "./editing.js";

const states = new WeakMap();

/** Answer the press of a button of a snippet. */
export function press(pressed) {
  const block = pressed.closest(".highlight");
  if (!states.has(block)) states.set(block, new Snippet(block));
  const snippet = states.get(block);
  if (pressed.dataset.live === "edit") snippet.edit();
  else if (pressed.dataset.running) stop();
  else snippet.run(pressed);
}

class Snippet {
  constructor(block) {
    this.block = block;
    this.code = block.querySelector("pre");
    const next = block.nextElementSibling;
    this.shown = next?.dataset.fate === "output" ? next : null;
    this.line = status();
    this.result = element("div", { className: "live" }, this.line);
    (this.shown ?? block).after(this.result);
    this.reset = button("Reset", () => this.restore());
    this.reset.className = "live-button";
    this.reset.dataset.live = "reset";
    this.reset.hidden = true;
    block.querySelector("[data-live=edit]").after(this.reset);
  }

  get source() {
    return this.text ? this.text.value : this.block.dataset.copy ?? this.code.textContent;
  }

  get published() {
    return this.shown?.querySelector("code").textContent ?? "";
  }

  edit() {
    if (!this.text) {
      this.text = area("Python, edited", this.source.replace(/\n$/, ""));
      this.code.after(this.text);
      this.code.hidden = true;
      this.reset.hidden = false;
      this.text.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
          this.block.querySelector("[data-live=run]").click();
      });
    }
    this.text.focus();
  }

  restore() {
    this.text.remove();
    this.text = undefined;
    this.code.hidden = false;
    this.reset.hidden = true;
    this.result.replaceChildren(this.line);
    this.line.textContent = "As it was.";
  }

  async run(pressed) {
    const { local } = this.block.dataset;
    if (local) {
      this.line.textContent =
        `This snippet imports ${local}, which does not run in a page. ` +
        "Copy it and run it in a Python of your own.";
      return;
    }
    pressed.dataset.running = true;
    pressed.textContent = "Stop";
    this.result.replaceChildren(this.line);
    let printed = "";
    const output = element("pre", { tabIndex: 0 });
    try {
      const { result, versions } = await call(this.line, "runner.run", [this.source], (text) => {
        printed += text;
        output.textContent = printed;
        if (!output.isConnected && printed !== this.published) this.line.after(output);
      });
      this.tell(printed, result, versions, output);
      keepOffline();
    } catch (error) {
      this.line.textContent = error.message;
    } finally {
      delete pressed.dataset.running;
      pressed.textContent = "Run";
    }
  }

  tell(printed, error, versions, output) {
    const same = printed === this.published && !error;
    this.result.dataset.same = same;
    if (same) {
      output.remove();
      this.line.textContent = printed
        ? `✓ It printed what the page shows. (${versions})`
        : `✓ It ran, and prints nothing. (${versions})`;
      return;
    }
    const mine = printed.split("\n");
    const theirs = this.published.split("\n");
    output.replaceChildren(...mine.flatMap((row, at) => {
      const end = at < mine.length - 1 ? "\n" : "";
      return [row === theirs[at] || !row ? row : element("mark", { textContent: row }), end];
    }));
    if (printed && !output.isConnected) this.line.after(output);
    if (!printed) output.remove();
    if (error) {
      const trace = element("pre", { className: "live__error", tabIndex: 0, textContent: error });
      this.result.append(trace);
      this.line.textContent = "It stopped with an error:";
    } else {
      const edited = this.text ? "your edit prints" : "it prints";
      this.line.textContent = `Not what the page shows: ${edited} (${versions})`;
    }
  }
}
