// Hears the first press of a Run, Edit or Check button and loads what answers it.
(() => {
  const base = new URL("live/", document.currentScript.src);
  const answers = { run: "snippet.js", edit: "snippet.js", check: "equation.js", try: "function.js",
    explore: "explorer.js" };
  const load = (name) => import(new URL(name, base));

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button[data-live]");
    if (!button || !answers[button.dataset.live]) return;
    event.preventDefault(); // heard: it need not be said again
    try {
      (await load(answers[button.dataset.live])).press(button);
    } catch (error) {
      const told = document.createElement("p");
      told.className = "live__status";
      told.role = "alert";
      told.textContent = location.protocol === "file:"
        ? "Python in the page needs a web server: python -m http.server, in the folder of this site."
        : `This could not be loaded: ${error.message}`;
      button.closest(".highlight, .texcheck__body, .live, .explorer").after(told);
    }
  });

  // An address may carry an edited equation: #eq-name?tex=...
  if (location.hash.includes("?tex="))
    load("equation.js").then((editor) => editor.open(location.hash));
})();
