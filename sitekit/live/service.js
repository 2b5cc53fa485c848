// Answers from what was kept when the network does not. The packs of Python are kept
// by the page itself.
const KEEP = "pages";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("message", (event) => {
  const { keep } = event.data;
  event.waitUntil(
    caches.open(KEEP).then((kept) =>
      Promise.allSettled([...new Set(keep)].map((url) => kept.add(url)))),
  );
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || request.url.endsWith(".pack")) return;
  event.respondWith(
    fetch(request).catch(async () =>
      (await caches.match(request, { ignoreSearch: true })) ?? Response.error()),
  );
});
