// What a page looks like, as figures: called from Python, one function a question.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const words = (node) => node.textContent.trim().replace(/\s+/g, " ").slice(0, 50);
  const name = (node) =>
    `${node.localName}${node.id ? "#" + node.id : ""} "${words(node)}"`;
  const seen = (node) =>
    node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    node.getBoundingClientRect().width > 0;
  const scroller = (node) => {
    for (let up = node; up && up !== document.body; up = up.parentElement)
      if (/auto|scroll/.test(getComputedStyle(up).overflowX)) return up;
  };

  /** Things wider than the screen, and boxes that hide what does not fit. */
  function overflow() {
    const width = document.documentElement.clientWidth;
    const faults = [];
    if (document.documentElement.scrollWidth > width)
      faults.push(`the page is ${document.documentElement.scrollWidth} px wide`);
    for (const node of all("main :is(math, img, svg, pre, table, p, li, h1, h2, h3, code)")) {
      if (!seen(node) || node.closest("math math, svg svg, nav")) continue;
      const box = node.getBoundingClientRect();
      const inside = scroller(node);
      if (!inside) {
        if (box.right > width + 1 || box.left < -1) faults.push(`cut: ${name(node)}`);
      } else if (inside.scrollWidth > inside.clientWidth && inside.tabIndex < 0)
        faults.push(`scrolls out of a keyboard's reach: ${name(inside)}`);
    }
    for (const math of all('math[display="block"]').filter(seen)) {
      const box = scroller(math);
      if (!box) continue;
      const inner = math.getBoundingClientRect();
      const outer = box.getBoundingClientRect();
      if (inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1)
        faults.push(`cut above or below: ${name(math)}`);
    }
    return faults;
  }

  /** [displayed equations, those that fit without scrolling]. */
  function fitting() {
    const boxes = all('math[display="block"]').filter(seen).map(scroller);
    const fit = boxes.filter((box) => !box || box.scrollWidth <= box.clientWidth);
    return [boxes.length, fit.length];
  }

  /** Lines of code over `limit` columns. */
  function longCode(limit) {
    return all("main pre").flatMap((pre) =>
      pre.textContent.split("\n").filter((line) => [...line].length > limit),
    );
  }

  /** Characters of each full line of the paragraphs in the main column. */
  function lines() {
    const paragraphs = all("main p").filter((p) => seen(p) && p.textContent.length > 80);
    const widest = Math.max(0, ...paragraphs.map((p) => p.clientWidth));
    const counts = [];
    for (const p of paragraphs) {
      if (p.clientWidth < 0.95 * widest) continue;
      const rows = new Map(); // top of the line -> characters, NaN where maths stands
      const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
      for (let text; (text = walker.nextNode()); ) {
        const foreign = text.parentElement.closest("math, svg");
        for (const word of text.data.matchAll(/\s*\S+\s*/g)) {
          const range = document.createRange();
          const start = word.index + word[0].search(/\S/);
          range.setStart(text, start);
          range.setEnd(text, start + word[0].trim().length);
          const box = range.getBoundingClientRect();
          if (!box.height) continue;
          const row = Math.round((box.top + box.height / 2) / 14);
          rows.set(row, (rows.get(row) ?? 0) + (foreign ? NaN : word[0].length));
        }
      }
      const full = [...rows.entries()].sort((a, b) => a[0] - b[0]).slice(0, -1);
      counts.push(...full.map(([, count]) => count).filter((count) => count > 20));
    }
    return counts;
  }

  const rgba = (colour) => (colour.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const channel = (c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) =>
    0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  function ground(node) {
    for (let up = node; up; up = up.parentElement) {
      const colour = rgba(getComputedStyle(up).backgroundColor);
      if ((colour[3] ?? 1) > 0.99) return colour;
    }
    return [255, 255, 255];
  }
  function ratio(node, colour) {
    const [a, b] = [luminance(rgba(colour)), luminance(ground(node))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }

  /** The weakest contrast among code, and among the texts of figures. */
  function contrast() {
    const weakest = { ratio: 21, what: "" };
    const look = (node, colour) => {
      const found = ratio(node, colour);
      if (found < weakest.ratio) {
        weakest.ratio = found;
        weakest.what = `${colour} of ${name(node)}`;
      }
    };
    for (const node of all("main :is(pre, pre span, code)"))
      if ([...node.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && seen(node))
        look(node, getComputedStyle(node).color);
    for (const node of all('main svg[role="img"] text')) look(node, getComputedStyle(node).fill);
    return weakest;
  }

  /** What a reader must be able to see, counted: [there, seen]. */
  function content() {
    const count = (nodes) => [nodes.length, nodes.filter(seen).length];
    const open = (node) => !node.closest("details:not([open])");
    const colours = new Set(
      all("main pre span").filter(seen).map((n) => getComputedStyle(n).color),
    );
    return {
      maths: count(all("main math").filter(open)),
      code: count(all("main pre").filter(open)),
      figures: count(all('main :is(img, svg[role="img"])').filter(open)),
      headings: count(all("main :is(h1, h2, h3)").filter(open)),
      links: all("nav a[href]").filter(seen).length,
      colours: colours.size,
      dark: luminance(ground(document.body)) < 0.1,
    };
  }

  /** Maths without its source, pictures without words, TeX left raw. */
  function meaning() {
    const faults = [];
    for (const math of all("math")) {
      const source = math.querySelector('annotation[encoding="application/x-tex"]');
      if (!source?.textContent.trim()) faults.push(`no TeX inside ${name(math)}`);
    }
    for (const img of all("main img")) {
      if (!img.alt.trim()) faults.push(`no alternative text: ${img.src}`);
      if (/latex|tex2|\bmath\b|equation|formula/i.test(img.className + img.src))
        faults.push(`a picture of a formula: ${img.src}`);
    }
    for (const svg of all("main figure svg, main p > svg"))
      if (!svg.getAttribute("aria-label")?.trim() && !svg.querySelector("title"))
        faults.push(`a figure without alternative text after "${words(svg.parentElement)}"`);
    const copy = document.querySelector("main").cloneNode(true);
    all("math, pre, code, script, style", copy).forEach((node) => node.remove());
    const raw = copy.textContent.match(/\$\$.{0,30}|\\[()[\]].{0,30}|\\(begin|frac|sum|eqref)\b.{0,20}/);
    if (raw) faults.push(`raw TeX: ${raw[0]}`);
    return { faults, count: all("math").length };
  }

  /** What print would lose, at the width of the paper. */
  function printed() {
    const faults = [];
    const width = document.documentElement.clientWidth;
    for (const node of all("main :is(h1, h2, h3, math, pre, table, svg[role=img], img)")) {
      if (node.closest("svg svg, nav")) continue;
      if (!seen(node)) faults.push(`not printed: ${name(node)}`);
      else if (node.getBoundingClientRect().right > width + 1)
        faults.push(`wider than the paper: ${name(node)}`);
    }
    for (const box of all("main *"))
      if (/auto|scroll|hidden/.test(getComputedStyle(box).overflowX) && seen(box) &&
          box.clientWidth > 20 && box.scrollWidth > box.clientWidth + 1)
        faults.push(`cut in print: ${name(box)}`);
    if (luminance(ground(document.body)) < 0.5) faults.push("printed on a dark ground");
    const texts = [...all("main :is(h1, h2, h3)"), ...all("main pre")];
    return { faults, texts: texts.map((node) => {
      const copy = node.cloneNode(true);
      all("a.headerlink, button", copy).forEach((n) => n.remove());
      return copy.textContent;
    }) };
  }

  window.probe = { overflow, fitting, longCode, lines, contrast, content, meaning, printed };
})();
