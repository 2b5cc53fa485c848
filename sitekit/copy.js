// Copies code by its button, and equations as the TeX they were written in.
(() => {
  const texOf = (math) => {
    const tex = math.querySelector("annotation")?.textContent ?? math.textContent;
    return math.getAttribute("display") === "block" ? `\n$$\n${tex}\n$$\n` : `$${tex}$`;
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    event.preventDefault(); // heard: it need not be said again
    const block = button.parentElement;
    const code = block.dataset.copy ?? block.querySelector("code").textContent;
    await navigator.clipboard.writeText(code);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });

  document.addEventListener("copy", (event) => {
    const selection = getSelection();
    if (!selection.rangeCount || event.target.closest?.("input, textarea")) return;
    const range = selection.getRangeAt(0).cloneRange();
    // An equation is copied whole, however little of it is selected.
    const around = (node) => (node.nodeType === 1 ? node : node.parentElement)?.closest("math");
    const [first, last] = [around(range.startContainer), around(range.endContainer)];
    if (first) range.setStartBefore(first);
    if (last) range.setEndAfter(last);
    const part = document.createElement("div");
    part.append(range.cloneContents());
    const maths = part.querySelectorAll("math");
    if (!maths.length) return;
    maths.forEach((math) => math.replaceWith(texOf(math)));
    part.querySelectorAll("button").forEach((button) => button.remove());
    event.clipboardData.setData("text/plain", part.textContent.trim());
    event.preventDefault();
  });
})();
