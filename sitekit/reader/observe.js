// Runs before the page: notes paints, long tasks, layout shifts and refused requests.
window.reader = { lcp: 0, fcp: 0, tasks: [], shifts: [], refused: [], fonts: 0 };
const watch = (type, note) =>
  new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({
    type,
    buffered: true,
  });
watch("largest-contentful-paint", (e) => (reader.lcp = e.startTime));
watch("paint", (e) => {
  if (e.name === "first-contentful-paint") reader.fcp = e.startTime;
});
watch("longtask", (e) => reader.tasks.push([e.startTime, e.duration]));
watch("layout-shift", (e) => {
  const moved = e.sources.map((s) => {
    const node = s.node?.nodeType === 1 ? s.node : s.node?.parentElement;
    return node ? `${node.localName}.${[...node.classList].join(".")}` : "?";
  });
  reader.shifts.push([e.value, moved.join(" ")]);
});
addEventListener("securitypolicyviolation", (e) =>
  reader.refused.push(`${e.violatedDirective}: ${e.blockedURI}`),
);
// The frame in which every font that the first view needs is there.
const look = () => {
  const states = [...document.fonts].map((font) => font.status);
  const loading = states.includes("loading");
  if (states.includes("loaded") && !loading) reader.fonts = performance.now();
  else if (loading || document.readyState !== "complete") requestAnimationFrame(look);
};
requestAnimationFrame(look);
