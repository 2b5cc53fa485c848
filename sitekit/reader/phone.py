"""Goals 1 to 3 and 5 to 7: a phone on a slow network opens the page."""

from typing import TYPE_CHECKING, Any

from sitekit.reader.goals import Result, Results, judge, over
from sitekit.reader.server import Sent, Server
from sitekit.reader.trace import trace
from sitekit.reader.visit import Visit, visit

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "reduced_motion": "no-preference",
}
SLOW = {
    "offline": False,
    "latency": 150,  # ms
    "downloadThroughput": 1.6e6 / 8,  # bytes/s
    "uploadThroughput": 0.75e6 / 8,
}
FAST = {
    "offline": False,
    "latency": 0,
    "downloadThroughput": -1,
    "uploadThroughput": -1,
}
#: The page's own anchors a reader jumps to: a few headings and equations.
ANCHORS = """() => {
  const all = [...document.querySelectorAll("main :is(h2, h3, .equation)[id]")];
  const at = [0.3, 0.6, 1].map((f) => Math.ceil(f * all.length) - 1);
  return [...new Set(at)].filter((i) => i >= 0).map((i) => all[i].id);
}"""
MEASURE = """() => ({ ...reader, elements: document.querySelectorAll("*").length,
  embedded: (document.documentElement.outerHTML
    .match(/data:font[^,]*,[\\w+/=]*/g) ?? []).join("").length * 3 / 4 })"""
PAINTED_AND_IDLE = """async () => {
  await new Promise((done) => new PerformanceObserver(done)
    .observe({ type: "paint", buffered: true }));
  for (let i = 0; i < 3; i++) await new Promise(requestIdleCallback);
}"""
#: Goals that a busy machine can miss: measured again, alone, before they fail.
TIMED = (5, 6)
RASTER = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif")


def measure(browser: "Browser", server: Server, path: str) -> Results:
    """Return goals 1, 2, 3, 5, 6 and 7 of the page at `path`."""
    with visit(browser, server, **PHONE) as phone:
        wire = phone.page.context.new_cdp_session(phone.page)
        wire.send("Network.enable")
        wire.send("Network.emulateNetworkConditions", SLOW)
        wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        with trace(browser, phone.page) as tasks:
            phone.open(path)
            # A task that is cut off by the end of the trace is not seen.
            phone.page.evaluate(PAINTED_AND_IDLE)
        loaded = phone.page.evaluate(MEASURE)
        cold = server.sent[phone.start :]
        wire.send("Network.emulateNetworkConditions", FAST)
        wire.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        phone.wake()
        late = server.sent[phone.start + len(cold) :]
        for anchor in phone.page.evaluate(ANCHORS):
            phone.page.evaluate("id => { location.hash = id }", anchor)
            phone.page.wait_for_timeout(150)
        end = phone.page.evaluate(MEASURE)
        return {
            1: _weight(cold, loaded["embedded"]),
            2: _script(cold, late),
            3: _origins(phone, end, cold + late),
            5: _times(loaded),
            6: _blocking(tasks, loaded, end),
            7: _shifts(end),
        }


def _kb(sent: list[Sent]) -> float:
    return sum(answer.size for answer in sent) / 1000


def _weight(cold: list[Sent], embedded: float) -> Result:
    page = _kb([s for s in cold if s.kind not in RASTER])
    font = _kb([s for s in cold if "font" in s.kind]) + embedded / 1000
    return judge(
        f"{page:.0f} KB {len(cold)} {font:.0f}",
        [
            *over("page", page, 100, " KB"),
            *over("requests", len(cold), 6),
            *over("font", font, 40, " KB"),
        ],
    )


def _script(cold: list[Sent], late: list[Sent]) -> Result:
    early = [s.path for s in cold if "javascript" in s.kind]
    index = _kb([s for s in late if "json" in s.kind])
    script = _kb([s for s in late if "javascript" in s.kind])
    return judge(
        f"{len(early)} {script:.0f}+{index:.0f} KB",
        [
            *(f"{path} came before the reader acted" for path in early),
            *over("script", script, 60, " KB"),
            *over("search index", index, 150, " KB"),
        ],
    )


def _origins(phone: Visit, end: dict[str, Any], sent: list[Sent]) -> Result:
    policy = phone.page.evaluate(
        'document.querySelector("meta[http-equiv]")?.content ?? ""'
    )
    faults = [
        *(f"asked for {url}" for url in phone.elsewhere),
        *(f"policy refused {what}" for what in end["refused"]),
        *(f"the console says {text}" for text in phone.errors),
        *(f"{s.path} answered {s.status}" for s in sent if s.status != 200),
    ]
    if "default-src 'self'" not in policy:
        faults.append("no policy default-src 'self'")
    return judge(str(len(faults)), faults)


def _times(loaded: dict[str, Any]) -> Result:
    lcp = loaded["lcp"] / 1000
    maths = max(0.0, loaded["fonts"] - loaded["fcp"]) / 1000
    return judge(
        f"{lcp:.2f}+{maths:.2f} s",
        [
            *over("LCP", lcp, 1.6, " s"),
            *over("maths after first paint", maths, 0.3, " s"),
        ],
    )


def _blocking(
    tasks: list[float], loaded: dict[str, Any], end: dict[str, Any]
) -> Result:
    blocking = sum(max(0.0, task - 50) for task in tasks)
    late = [length for _, length in end["tasks"][len(loaded["tasks"]) :]]
    return judge(
        f"{blocking:.0f} ms {max(late, default=0):.0f} {end['elements']}",
        [
            *over("blocking", blocking, 100, " ms"),
            *over("elements", end["elements"], 5000),
        ],
    )


def _shifts(end: dict[str, Any]) -> Result:
    total = sum(value for value, _ in end["shifts"])
    fault = over("layout shift", total, 0.005)
    moved = [f"{value:.4f} {what}" for value, what in end["shifts"]]
    return judge(f"{total:.3f}", fault and [*fault, *moved])
