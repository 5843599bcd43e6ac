// The map of a campaign's visits, and the chart of its days. Both are made from what the page has as tables anyway.
"use strict";

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// The map: outlines of countries and counties below, or squares of a server that the settings name.

async function load(path) {
  const answer = await fetch(path);
  if (!answer.ok) {
    throw new Error(`${path}: ${answer.status}`);
  }
  return answer.json();
}

function clockIn(zone) {
  const form = (timeZone) =>
    new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "medium", timeZone });
  try {
    return form(zone);
  } catch { // the browser does not know it
    return form("UTC");
  }
}

function pinOf(map, point, states, clock) {
  const [lat, lng, state, number, at] = point;
  const pin = L.circleMarker([lat, lng], {
    radius: 6,
    weight: 1.5,
    color: colour("--surface"),
    fillColor: colour(`--${state}`),
    fillOpacity: 1,
    state,
  });
  pin.bindPopup(() => {
    const link = document.createElement("a");
    link.href = map.dataset.visit + number;
    link.textContent = clock.format(at);
    const box = document.createElement("p");
    box.append(link, document.createElement("br"), states[state]);
    return box;
  });
  return pin;
}

const DRAWING = "http://www.w3.org/2000/svg";

function drawn(parent, name, attributes) {
  const element = document.createElementNS(DRAWING, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  parent.append(element);
  return element;
}

// A ring with a part for each state around the number of visits.
function clusterIcon(cluster, states) {
  const count = cluster.getChildCount();
  const counts = { successful: 0, contacted: 0, unavailable: 0 };
  for (const pin of cluster.getAllChildMarkers()) {
    counts[pin.options.state] += 1;
  }
  const size = Math.round(28 + 10 * Math.log10(count));
  const ring = document.createElementNS(DRAWING, "svg");
  ring.setAttribute("viewBox", "0 0 100 100");
  drawn(ring, "circle", { class: "middle", cx: 50, cy: 50, r: 48 });
  let at = 0;
  for (const [state, number] of Object.entries(counts)) {
    if (number) {
      const share = (100 * number) / count;
      drawn(ring, "circle", {
        class: state, cx: 50, cy: 50, r: 44, pathLength: 100,
        "stroke-dasharray": `${share} ${100 - share}`, "stroke-dashoffset": 25 - at,
      });
      at += share;
    }
  }
  drawn(ring, "text", { x: 50, y: 52, "font-size": 34 }).textContent = count;
  ring.setAttribute("aria-hidden", "true");
  const said = document.createElement("span");
  said.className = "quiet-label";
  said.textContent = Object.entries(counts).map(([state, number]) => `${states[state]}: ${number}`).join(", ");
  const box = document.createElement("div");
  box.append(ring, said);
  return L.divIcon({ html: box, className: "cluster", iconSize: [size, size] });
}

async function addOutlines(leaflet, element, bounds) {
  const file = (name) => load(`${element.dataset.static}${name}?v=${element.dataset.version}`);
  const style = {
    color: colour("--strong-line"), weight: 1, fillColor: colour("--surface"), fillOpacity: 1, interactive: false,
  };
  const world = await file("countries.json");
  L.geoJSON(topojson.feature(world, world.objects.countries), { style, pane: "outlines", interactive: false })
    .addTo(leaflet);
  const isInCounties = L.latLngBounds([[17, -180], [72, -64]]).contains(bounds.getCenter());
  if (isInCounties) {
    const counties = await file("counties.json");
    const near = topojson.feature(counties, counties.objects.counties).features.filter((county) =>
      L.geoJSON(county).getBounds().intersects(bounds.pad(8)));
    L.geoJSON(near, { style: { ...style, fillOpacity: 0 }, pane: "outlines", interactive: false }).addTo(leaflet);
  }
}

async function drawMap(element) {
  const note = document.getElementById("map-note");
  const states = JSON.parse(element.dataset.states);
  const found = await load(element.dataset.from);
  if (!found.points.length) {
    return;
  }
  element.hidden = false;
  const leaflet = L.map(element, { preferCanvas: true, maxZoom: 18, zoomSnap: 0.5, attributionControl: Boolean(element.dataset.credit) });
  leaflet.createPane("outlines").classList.add("outlines");
  leaflet.getPane("outlines").style.zIndex = 250;
  const bounds = L.latLngBounds(found.points.map(([lat, lng]) => [lat, lng]));
  leaflet.fitBounds(bounds, { padding: [24, 24], maxZoom: 17 });
  L.control.scale().addTo(leaflet);
  const pins = L.markerClusterGroup({
    iconCreateFunction: (cluster) => clusterIcon(cluster, states), showCoverageOnHover: false, maxClusterRadius: 45, chunkedLoading: true,
    animate: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
  const clock = clockIn(element.dataset.zone);
  pins.addLayers(found.points.map((point) => pinOf(element, point, states, clock)));
  leaflet.addLayer(pins);
  if (found.is_cut) {
    note.textContent = element.dataset.cut;
  }
  if (element.dataset.tiles) {
    const credit = document.createElement("span");
    credit.textContent = element.dataset.credit;
    L.tileLayer(element.dataset.tiles, { attribution: credit.innerHTML, maxZoom: 19 }).addTo(leaflet);
    return;
  }
  await addOutlines(leaflet, element, bounds);
}

// The chart: a bar for each day, from the rows of the table beside it, drawn one above the other.

function drawChart(element) {
  const rows = [...document.querySelectorAll(`#${element.dataset.table} [data-day]`)];
  if (!rows.length) {
    return;
  }
  const [successful, contacted, unavailable] = JSON.parse(element.dataset.states);
  const at = rows.map((row) => Date.parse(row.dataset.day) / 1000);
  const counts = rows.map((row) => row.dataset.counts.split(" ").map(Number));
  const series = (name) => ({
    fill: colour(name),
    stroke: colour(name),
    width: 0,
    points: { show: false },
    paths: uPlot.paths.bars({ size: [0.8, 26], align: 0 }),
  });
  const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  element.hidden = false;
  const days = (at[at.length - 1] - at[0]) / 86400;
  const day = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", timeZone: "UTC" });
  const whole = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeZone: "UTC" });
  const size = () => ({ width: element.clientWidth, height: 220 });
  const told = element.nextElementSibling;
  const tell = (chart) => {
    const index = chart.cursor.idx;
    if (index === null || index === undefined) {
      return;
    }
    const [knocked, reached, success] = counts[index];
    told.textContent = `${whole.format(at[index] * 1000)}: ${successful} ${success}, ${contacted} ${reached - success}, `
      + `${unavailable} ${knocked - reached}`;
  };
  const chart = new uPlot(
    {
      ...size(),
      legend: { show: false },
      hooks: { setCursor: [tell] },
      tzDate: (stamp) => uPlot.tzDate(new Date(stamp * 1e3), "Etc/UTC"),
      scales: { x: { range: () => [at[0] - 43200 - days * 600, at[at.length - 1] + 43200 + days * 600] }, y: { range: (_, __, most) => [0, Math.max(4, most * 1.08)] } },
      axes: [
        { ...axis, size: 28, grid: { show: false }, values: (_, stamps) => stamps.map((stamp) => day.format(stamp * 1000)), incrs: [1, 2, 7, 14, 28, 91, 182, 364].map((n) => n * 86400) },
        { ...axis, size: 44 },
      ],
      series: [
        {},
        series("--unavailable"),
        series("--contacted"),
        series("--successful"),
      ],
    },
    [at, counts.map(([knocked]) => knocked), counts.map(([, reached]) => reached), counts.map(([, , success]) => success)],
    element,
  );
  new ResizeObserver(() => chart.setSize(size())).observe(element);
}

for (const element of document.querySelectorAll(".chart")) {
  drawChart(element);
}

const map = document.getElementById("map");
if (map) {
  drawMap(map).catch(() => {
    document.getElementById("map-note").textContent = map.dataset.failed;
  });
}
