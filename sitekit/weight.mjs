// Makes built pages light: one stylesheet for the site, and in each page only its part of it.
//
// stdin: {site, pages: [path], sheets: [path], extra, dark: {auto, chosen}, out}
// Writes the whole stylesheet to `out`; prints one line of JSON a page: {page, css}.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import postcss from "postcss";
import { PurgeCSS } from "purgecss";

const { site, pages, sheets, extra, dark, out } = JSON.parse(
  readFileSync(0, "utf8"),
);

/** Repeat each rule of the chosen dark scheme for pages that follow a dark system. */
function followSystem(root) {
  const media = postcss.atRule({
    name: "media",
    params: "screen and (prefers-color-scheme:dark)",
  });
  root.walkRules((rule) => {
    const selectors = rule.selectors.filter((s) => s.includes(dark.chosen));
    if (!selectors.length) return;
    const copy = rule.clone({
      selectors: selectors.map((s) => s.replaceAll(dark.chosen, dark.auto)),
    });
    const parent = rule.parent;
    const params = parent.type === "atrule" ? parent.params : "";
    if (params && params !== "screen") {
      const outer = postcss.atRule({ name: parent.name, params });
      outer.append(copy);
      media.append(outer);
    } else media.append(copy);
  });
  root.append(media);
}

/** Rewrite relative url(...) so that they hold from another folder. */
function rebase(css, from, to) {
  return css.replace(/url\((['"]?)(?!data:|#|\w+:)([^'")]+)\1\)/g, (_, q, url) =>
    `url(${relative(to, join(from, url)).replaceAll("\\", "/")})`);
}

const folder = dirname(out);
const whole = postcss.parse(
  sheets
    .map((sheet) =>
      rebase(readFileSync(join(site, sheet), "utf8"), dirname(sheet), folder),
    )
    .join("\n")
    .replace(/\/\*#.*?\*\//g, "") + extra,
);
followSystem(whole);
const css = whole.toString();
writeFileSync(join(site, out), css);

for (const page of pages) {
  const [result] = await new PurgeCSS().purge({
    content: [{ raw: readFileSync(join(site, page), "utf8"), extension: "html" }],
    css: [{ raw: css }],
    variables: true,
    safelist: { variables: [/^--figure-/] }, // figures use them in style attributes
    keyframes: true,
    defaultExtractor: (text) => text.match(/[\w-]+/g) ?? [],
  });
  process.stdout.write(
    JSON.stringify({ page, css: rebase(result.css, folder, dirname(page)) }) + "\n",
  );
}
