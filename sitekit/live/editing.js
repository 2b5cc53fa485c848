// The parts that the editors of snippets, equations and functions share.
import { python, stop } from "./python.js";

export { stop };

/** Return a new element with these properties and children. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  const { dataset, ...plain } = properties;
  Object.assign(made, plain);
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}

/** Return a button that calls `press`. */
export function button(text, press) {
  return element("button", { type: "button", textContent: text, onclick: press });
}

/** Return a text area, named for those who do not see it, as tall as its text. */
export function area(label, value) {
  const made = element("textarea", {
    value, spellcheck: false, className: "live__area", ariaLabel: label,
    autocapitalize: "off", autocomplete: "off",
  });
  made.setAttribute("autocorrect", "off");
  const fit = () => {
    made.style.height = "";
    made.rows = made.value.split("\n").length;
    const more = made.scrollHeight - made.clientHeight; // lines too long are wrapped
    if (more > 0) made.style.height = `${made.offsetHeight + more}px`;
  };
  made.addEventListener("input", fit);
  fit();
  return made;
}

/** Return a line that says what goes on, also to a screen reader. */
export function status() {
  return element("p", { className: "live__status", role: "status" });
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(1);

/** Call a function, `module.name` of the worker; `line` tells how far it is. */
export async function call(line, method, args, print) {
  line.textContent = "Running…";
  const running = await python((progress) => {
    line.textContent = progress.starting
      ? "Starting Python…"
      : `Fetching Python: ${megabytes(progress.have)} of ${megabytes(progress.whole)} MB`;
  });
  line.textContent = "Running…";
  const result = await running.call(method, args, print);
  return { result, versions: running.versions };
}

/** Keep the page and what it used, so that it works again without a network. */
export function keepOffline() {
  if (!("serviceWorker" in navigator) || !isSecureContext) return;
  const root = new URL("../../", import.meta.url);
  navigator.serviceWorker.register(new URL("service.js", root), { scope: root.pathname }).then(
    async () => {
      const { active } = await navigator.serviceWorker.ready;
      const used = performance.getEntriesByType("resource").map(({ name }) => name);
      const keep = [location.href.split("#")[0], ...used]
        .filter((url) => url.startsWith(root.href) && !url.endsWith(".pack"));
      active.postMessage({ keep });
    },
    () => {}, // nothing is lost but the network's absence
  );
}
