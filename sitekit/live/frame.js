// Stands in a frame without an origin. Unpacks Python's files and keeps them, and one
// worker that runs; a worker that does not answer is ended here, however busy it is.
// It runs what it is sent, so it does nothing where it has the site's origin.
let python, source, worker;

/** Return {name: bytes} of a pack: gzip of a line of JSON [[name, size]] and the files. */
async function unpacked(pack) {
  let bytes = new Uint8Array(pack);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) { // some servers have undone it already
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    bytes = new Uint8Array(await new Response(plain).arrayBuffer());
  }
  let at = bytes.indexOf(10) + 1;
  const table = JSON.parse(new TextDecoder().decode(bytes.subarray(0, at)));
  return Object.fromEntries(table.map(([file, size]) => [file, bytes.slice(at, (at += size))]));
}

/** Return what a worker starts from; the module is compiled once for all of them. */
async function prepared(packs) {
  const { "pyodide.asm.wasm": code, ...files } = Object.assign({}, ...(await Promise.all(packs.map(unpacked))));
  return { files, module: await WebAssembly.compile(code) };
}

addEventListener("message", async ({ data, ports: [port] }) => {
  if (origin !== "null") return;
  if (data.packs) {
    python = prepared(data.packs);
    ({ source } = data);
  }
  worker?.terminate();
  worker = undefined;
  if (!port) return;
  const fail = (error) => port.postMessage({ failed: error.message });
  const made = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  made.onerror = fail;
  worker = made;
  try {
    made.postMessage({ ...(await python), port }, [port]);
  } catch (error) {
    fail(error);
  }
});
