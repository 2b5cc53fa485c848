// Fetches the packs of Python and calls into the frame that runs it.
const here = new URL(".", import.meta.url);
const KEEP = "python";

let started; // a promise of the frame, once the packs are in it
let running; // a promise of a running Python
let halt = halting(); // {promise, fail}: fails when all that runs is stopped

function halting() {
  const made = {};
  made.promise = new Promise((_, fail) => { made.fail = fail; });
  made.promise.catch(() => {});
  return made;
}

/** Return the bytes of a pack, from the cache if it is there; tell of each part. */
async function fetched(name, tell) {
  const kept = "caches" in self ? await caches.open(KEEP).catch(() => null) : null;
  const url = new URL(name, here).href;
  const known = await kept?.match(url);
  const response = known ?? (await fetch(url));
  if (!response.ok) throw new Error(`${name}: the server answered ${response.status}`);
  if (!known) await kept?.put(url, response.clone());
  const counted = new TransformStream({
    transform(chunk, controller) {
      tell(chunk.byteLength);
      controller.enqueue(chunk);
    },
  });
  const stream = response.body.pipeThrough(counted);
  return new Response(stream).arrayBuffer();
}

/** Drop packs of an earlier version. */
async function tidied(packs) {
  if (!("caches" in self)) return;
  const kept = await caches.open(KEEP);
  for (const { url } of await kept.keys())
    if (!packs.some(({ name }) => url.endsWith(name))) await kept.delete(url);
}

async function started_frame(progress) {
  const [packs, source] = await Promise.all([
    fetch(new URL("packs.json", here)).then((r) => r.json()),
    fetch(new URL("worker.js", here)).then((r) => r.text()),
  ]);
  const whole = packs.reduce((sum, { size }) => sum + size, 0);
  let have = 0;
  const tell = (more) => progress({ have: (have += more), whole });
  const frame = Object.assign(document.createElement("iframe"), {
    sandbox: "allow-scripts", hidden: true, title: "Python", src: new URL("frame.html", here),
  });
  const loaded = new Promise((done) => frame.addEventListener("load", done, { once: true }));
  document.body.append(frame);
  const parts = await Promise.all(packs.map(({ name }) => fetched(name, tell)));
  await loaded;
  tidied(packs).catch(() => {});
  return { frame: frame.contentWindow, message: { packs: parts, source } };
}

/** Return a running Python, started if need be: {call, versions}. */
export function python(progress = () => {}) {
  running ??= start(progress).catch((error) => {
    running = undefined;
    throw error;
  });
  return orHalted(running);
}

function orHalted(promise) {
  return Promise.race([promise, halt.promise]);
}

async function start(progress) {
  started ??= started_frame(progress).catch((error) => {
    started = undefined;
    throw error;
  });
  const { frame, message } = await started;
  progress({ starting: true });
  const { port1, port2 } = new MessageChannel();
  frame.postMessage({ ...message }, "*", [port2, ...(message.packs ?? [])]);
  for (const part of Object.keys(message)) delete message[part]; // the frame has them now
  const versions = await new Promise((done, fail) => {
    port1.onmessage = ({ data }) =>
      data.failed ? fail(new Error(data.failed)) : done(data.ready);
  });
  return { versions, call: caller(port1) };
}

function caller(port) {
  const waiting = new Map();
  let last = 0;
  port.onmessage = ({ data: { id, printed, result, error, fatal } }) => {
    const { done, fail, print } = waiting.get(id);
    if (printed !== undefined) return print(printed);
    waiting.delete(id);
    if (error === undefined) done(result);
    else fail(new Error(error));
    if (fatal) stop();
  };
  return (method, args, print = () => {}) =>
    orHalted(new Promise((done, fail) => {
      waiting.set((last += 1), { done, fail, print });
      port.postMessage({ id: last, method, args });
    }));
}

/** End what runs, however busy it is; the next call starts Python anew. */
export async function stop() {
  halt.fail(new Error("Stopped."));
  halt = halting();
  running = undefined;
  (await started)?.frame.postMessage({}, "*");
}
