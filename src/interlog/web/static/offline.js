// Shows a page of ours where the server cannot be reached. Nothing else is kept: what pages show is always the server's.
"use strict";

const root = new URL("..", self.location.href).pathname.replace(/\/$/, "");
const KEPT = "interlog-offline";
const PAGE = `${root}/offline`;

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  if (new URL(event.request.url).origin !== self.location.origin) {
    return; // squares of maps are their server's matter, and not for scripts to fetch
  }
  if (event.request.mode === "navigate") {
    event.respondWith(fetch(event.request).catch(() => caches.match(PAGE, { ignoreVary: true })));
  } else if (event.request.destination === "style" || event.request.destination === "image") {
    event.respondWith(fetch(event.request).catch(async () => (await caches.match(event.request)) || Response.error()));
  }
});

// The page, and what it looks like; its script is not needed.
async function keep() {
  const cache = await caches.open(KEPT);
  const answer = await fetch(PAGE, { cache: "no-store" });
  const text = await answer.clone().text();
  await cache.put(PAGE, answer);
  const files = [...text.matchAll(/(?:href|src)="([^"]+\.(?:css|svg)\?[^"]*)"/g)].map((found) => found[1]);
  await cache.addAll([...new Set(files)]);
}
