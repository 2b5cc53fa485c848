// Stands in a frame without an origin. Keeps Python's files, and one worker that runs;
// a worker that does not answer is ended here, however busy it is.
let files, module, source, worker;

addEventListener("message", async ({ data, ports }) => {
  if (data.files) {
    ({ files, source } = data);
    module = await WebAssembly.compile(files["pyodide.asm.wasm"]);
    delete files["pyodide.asm.wasm"];
  }
  worker?.terminate();
  worker = undefined;
  if (!ports.length) return;
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  worker = new Worker(address);
  worker.onerror = ({ message }) => parent.postMessage({ failed: message }, "*");
  worker.postMessage({ files, module, port: ports[0] }, [ports[0]]);
});
