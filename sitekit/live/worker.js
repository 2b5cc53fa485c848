// Starts Python from the files it is given and answers calls. It runs in a worker whose
// policy lets nothing out, so the loader's fetches are answered from those files.
const BASE = "https://python.invalid/";
const MOST = 100_000; // characters of output a call may send: more would stall the page

self.onmessage = async ({ data: { files, module, port } }) => {
  const fileOf = (url) => files[String(url).replace(BASE, "")];
  self.fetch = async (url) => {
    const bytes = fileOf(url);
    if (String(url).endsWith(".wasm")) return new Response(); // it is `module`
    if (!bytes) throw new TypeError(`${url} is not to be had: no network here`);
    return new Response(bytes);
  };
  // Compiled once for the page: a worker that replaces a stopped one is quick.
  WebAssembly.instantiateStreaming = async (_, imports) =>
    ({ module, instance: await WebAssembly.instantiate(module, imports) });
  const load = self.importScripts.bind(self);
  self.importScripts = (url) => {
    if (!fileOf(url)) throw new TypeError(`${url} is not to be had: no network here`);
    const address = URL.createObjectURL(new Blob([fileOf(url)], { type: "text/javascript" }));
    load(address);
    URL.revokeObjectURL(address);
  };
  try {
    self.importScripts(BASE + "pyodide.js");
    const python = await self.loadPyodide({ indexURL: BASE, stdout() {}, stderr() {} });
    install(python, files);
    const runner = python.pyimport("live.runner");
    port.onmessage = ({ data }) => answer(python, port, data);
    port.postMessage({ ready: runner.versions() });
  } catch (error) {
    port.postMessage({ failed: String(error) });
  }
};

/** Write the packages, modules compiled ahead among them, where Python finds them. */
function install(python, files) {
  const made = new Set();
  for (const [name, bytes] of Object.entries(files)) {
    if (!name.startsWith("site-packages/")) continue;
    const path = `/lib/python3.11/${name}`;
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(folder)) python.FS.mkdirTree(folder);
    made.add(folder);
    python.FS.writeFile(path, bytes, { canOwn: true });
  }
  python.pyimport("importlib").invalidate_caches();
}

function answer(python, port, { id, method, args }) {
  const [module, name] = method.split(".");
  let sent = 0;
  const write = (text) => {
    if (sent > MOST) return;
    sent += text.length;
    const more = sent > MOST ? "\n... more was printed than is shown here\n" : "";
    port.postMessage({ id, printed: text + more });
  };
  try {
    const result = python.pyimport(`live.${module}`)[name](...args, ...(name === "run" ? [write] : []));
    const plain = result?.toJs ? result.toJs({ dict_converter: Object.fromEntries }) : result;
    result?.destroy?.();
    port.postMessage({ id, result: plain ?? null });
  } catch (error) {
    // What is no Python error has ended Python: the next call needs a new one.
    const fatal = error.name !== "PythonError";
    port.postMessage({ id, error: String(error.message ?? error), fatal });
  }
}
