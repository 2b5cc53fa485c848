// Does in Firefox what a reader does and prints what was told, as JSON by step:
// node firefox.mjs PATH-OF-FIREFOX ADDRESS-OF-SITE. Test_firefox.py judges it.
import puppeteer from "puppeteer-core";

const [executablePath, site] = process.argv.slice(2);
const LONG = 60_000; // milliseconds: a machine with two cores and much to do
const told = {};

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath,
  headless: true,
  timeout: LONG,
  // All but this machine is out of reach.
  extraPrefsFirefox: { "network.proxy.type": 1, "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9, "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9 },
});
const page = await browser.newPage();
page.setDefaultTimeout(LONG);
await page.setViewport({ width: 390, height: 800 });

const text = (selector) => page.$eval(selector, (e) => e.textContent);
const until = (condition, ...given) => page.waitForFunction(condition, {}, ...given);
const open = async (path) => {
  await page.goto(site + path);
  await page.focus("a"); // the first act brings the scripts
  await until(() => document.querySelector("script[src*='live.js']"));
};
/** Press what is at `selector`, wherever it is. */
const press = (selector) => page.$eval(selector, (e) => e.click());
/** Put text in the place of what a field has. */
const fill = (selector, value) => page.$eval(selector, (e, text) => {
  e.value = text;
  e.dispatchEvent(new Event("input", { bubbles: true }));
}, value);

const RUN = ".highlight[data-fate=run] [data-live=run]";
const LINE = ".live .live__status";
/** Press Run on the first snippet and return what is told of it. */
async function run() {
  await page.evaluate(() => {
    const line = document.querySelector(".live .live__status");
    if (line) line.textContent = "";
  });
  await press(RUN);
  await until((line) => /✓|Not what|error|Stopped/.test(document.querySelector(line)?.textContent), LINE);
  return text(".live");
}

try {
  await open("convolutional-networks/convolution-2d/");
  told.ran = await run();
  await press("[data-live=edit]");
  await fill(".highlight textarea", "print(6 * 7)\nprint(1 / 0)");
  told.edited = await run();

  await fill(".highlight textarea", "while True:\n    pass");
  await press(RUN);
  await until((line) => document.querySelector(line).textContent === "Running…", LINE);
  told.alive = await page.evaluate(() => 1 + 1);
  await press(RUN); // it says Stop now
  await until((line) => document.querySelector(line).textContent === "Stopped.", LINE);
  await fill(".highlight textarea", "print(1 + 2)");
  told.after = await run();

  const at = "details.texcheck";
  await press(`${at} summary`);
  await press(`${at} [data-live=check]`);
  await until((at) => document.querySelectorAll(`${at} option`).length > 2, at);
  told.mistakes = await page.$$eval(`${at} option`, (all) => all.length - 2);
  await press(`${at} .live__bar button`);
  await until((at) => document.querySelector(`${at} .live__status[data-holds]`), at);
  told.right = await text(`${at} .live__status`);
  const latex = await page.$eval(`${at} textarea`, (e) => e.value);
  await fill(`${at} textarea`, latex.replace("x_{i-u", "x_{i+u"));
  await until((at) => document.querySelector(`${at} .live__equation math`), at);
  await press(`${at} .live__bar button`);
  await until((at) => document.querySelector(`${at} .live__status[data-holds]`), at);
  told.wrong = await text(`${at} .live__status`);

  await press("[data-live=explore]");
  await until(() => document.querySelector(".explorer__told")?.textContent);
  told.still = await text(".explorer__told");
  await page.focus(".explorer__controls input");
  await page.keyboard.press("ArrowRight");
  await until((before) => document.querySelector(".explorer__told").textContent !== before, told.still);
  told.moved = await text(".explorer__told");
  told.wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

  await open("reference/convolutional-networks/pooling/");
  await press("[data-function=max_pool2d]");
  await until(() => document.querySelector(".live textarea")?.value.includes("def "));
  await fill(".live textarea", "def max_pool2d(input, *rest):\n    return input\n");
  await press(".live .live__bar button");
  await until(() => document.querySelector(".live__status[data-holds]"));
  told.function = await text(".live__status[data-holds]");
} catch (error) {
  told.error = String(error);
  told.page = await page.evaluate(() => document.querySelector(".live")?.textContent).catch(() => "");
} finally {
  console.log(JSON.stringify(told));
  await browser.close();
}
