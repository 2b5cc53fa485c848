// Stands in each page; called with the stylesheet's address and the scripts'.
((css, scripts) => {
  const acts = ["pointerdown", "pointermove", "touchstart", "wheel", "keydown", "focusin"];
  const root = document.documentElement;
  const field = () => document.querySelector("[role=search] input");
  let changed, pressed, key;
  // What needs a script is shown at once: it answers by the time it is used.
  root.classList.replace("no-js", "js");
  // A page is small: it is shown whole, its font ready, so nothing moves after. On a
  // line so slow that this takes two seconds it is shown as it comes.
  const fonts = [...document.fonts].map((font) => font.load());
  const show = () => { root.style.visibility = ""; };
  root.style.visibility = "hidden";
  addEventListener("DOMContentLoaded", () => Promise.allSettled(fonts).then(show));
  setTimeout(show, 2000);
  const add = (name, attributes) => {
    const element = Object.assign(document.createElement(name), attributes);
    document.head.append(element);
    return element;
  };
  // What happened before the scripts could hear it is said again.
  const repeat = () => {
    document.dispatchEvent(new Event("DOMContentLoaded"));
    ["change", "click"].forEach((act) => removeEventListener(act, remember, true));
    if (pressed && !pressed.defaultPrevented) pressed.target.closest("button").click();
    if (changed) changed.dispatchEvent(new Event("change", { bubbles: true }));
    if (key) document.body.dispatchEvent(new KeyboardEvent("keydown", key));
  };
  const remember = (event) => {
    if (event.type == "change") changed = event.target;
    else if (event.target.closest("button")) pressed = event;
  };
  const load = (event) => {
    acts.forEach((act) => removeEventListener(act, load, true));
    const typed = event.type == "keydown" && !(event.ctrlKey || event.metaKey || event.altKey);
    if (typed && event.target == document.body) {
      if (event.key == "/" && field()) {
        field().focus();
        event.preventDefault();
      } else key = { key: event.key, code: event.code, bubbles: true };
    }
    add("link", { rel: "stylesheet", href: css });
    const added = scripts.map((src) => add("script", { src, async: false }));
    added[added.length - 1].onload = repeat;
  };
  ["change", "click"].forEach((act) => addEventListener(act, remember, true));
  acts.forEach((act) => addEventListener(act, load, { capture: true, passive: act != "keydown" }));
  // Who follows a link to an edited equation has acted.
  if (location.hash.includes("?tex=")) addEventListener("DOMContentLoaded", load);
})
