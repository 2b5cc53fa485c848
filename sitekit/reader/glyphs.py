"""Goal 14: every sign of every equation comes from the maths font of the site."""

from sitekit.reader.goals import Result, judge
from sitekit.reader.visit import Visit

TOKENS = "math :is(mi, mn, mo, mtext)"


def measure(visited: Visit) -> Result:
    """Return goal 14 of the open page: signs that another font had to lend."""
    wire = visited.page.context.new_cdp_session(visited.page)
    wire.send("DOM.enable")
    wire.send("CSS.enable")
    root = wire.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    found = wire.send(
        "DOM.querySelectorAll", {"nodeId": root, "selector": TOKENS}
    )
    faults: list[str] = []
    signs = 0
    for node in found["nodeIds"]:
        fonts = wire.send("CSS.getPlatformFontsForNode", {"nodeId": node})
        for font in fonts["fonts"]:
            if font["isCustomFont"]:
                signs += int(font["glyphCount"])
            else:
                html = wire.send("DOM.getOuterHTML", {"nodeId": node})
                faults.append(f"{html['outerHTML']} in {font['familyName']}")
    wire.detach()
    if found["nodeIds"] and not signs:
        faults.append("no sign is in the maths font")
    return judge(str(signs), faults)
