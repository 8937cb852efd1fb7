/*
 * The viewer's page in a real browser: what a person sees, points at and presses.
 *
 * Needs a Chromium, by one of the names below or in CHROMIUM. Without one these tests are skipped, and say so.
 */
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const executablePath =
  process.env["CHROMIUM"] ??
  NAMES.map((name) => spawnSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).stdout.trim()).find(
    (found) => found !== "",
  );

const folder = mkdtempSync(path.join(tmpdir(), "buddycheck-view-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `buddycheck view`. */
function view(...args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, ["dist/src/cli.js", "view", ...args], { encoding: "utf8" });
}

/** Writes the page of a trace and answers its address. */
function pageOf(trace: string, ...options: readonly string[]): string {
  const output = path.join(folder, `${path.basename(trace).replaceAll(/\W/gu, "-")}.html`);
  const { status, stderr } = view(trace, "-o", output, ...options);
  expect(status, stderr).toBe(0);
  return pathToFileURL(output).href;
}

const skipped = executablePath === undefined ? " (SKIPPED: no Chromium found)" : "";

describe.skipIf(executablePath === undefined)(`the page that view writes${skipped}`, () => {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath as string, args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    await page.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  /** Opens a page, keeping what the browser complains about and every request but the one for the file itself. */
  async function open(address: string): Promise<void> {
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on("console", (message) => {
      // That reading pixels back is slow is said of these tests, not of the page.
      if (!message.text().startsWith("Canvas2D: Multiple readback")) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith("file:") && !request.url().startsWith("blob:")) complaints.push(request.url());
    });
    await page.goto(address);
    await page.locator("#state").filter({ hasText: "Event" }).waitFor();
  }

  function state(): Promise<string | null> {
    return page.locator("#state").textContent();
  }

  /** Waits until the page says that so many events have happened. */
  async function showsEvent(event: number): Promise<void> {
    await page
      .locator("#state")
      .filter({ hasText: `Event ${event} of` })
      .waitFor();
  }

  /** Colour of the picture at a point of it, as "r,g,b". The page's code is not ours to type here, so it is text. */
  function colourAt(x: number, y: number): Promise<string> {
    return page.evaluate(`(() => {
      const context = document.querySelector("#map").getContext("2d");
      return context.getImageData(${x}, ${y}, 1, 1).data.subarray(0, 3).join();
    })()`);
  }

  it("opens at the first finding, with its report, its line and its pages", async () => {
    await open(pageOf("traces/helios/rejected/defect-order10.jsonl"));
    expect(await page.locator(".verdict").textContent()).toBe("violated: 1 finding");
    expect(await state()).toBe("Event 26 of 28: 0 pages live, 3366 free, 730 neither. Largest free block: order 10.");
    expect(await page.locator("#report").textContent()).toContain("refused order 10");
    expect(await page.locator("#events [aria-current]").textContent()).toBe("line 27a10!");
  });

  it("the keyboard steps, goes to both ends, and jumps between findings", async () => {
    await open(pageOf("traces/xv6/rejected/misuse-double-free-merged.jsonl"));
    await showsEvent(15);
    await page.keyboard.press("ArrowRight");
    await showsEvent(16);
    await page.keyboard.press("Home");
    await showsEvent(0);
    await page.keyboard.press("n");
    await showsEvent(15);
    await page.keyboard.press("n");
    await showsEvent(34);
    await page.keyboard.press("p");
    await showsEvent(15);
    await page.keyboard.press("End");
    await showsEvent(77);
    expect(page.url()).toMatch(/#event=77$/u);
  });

  it("a block is drawn where it lies: live pages change colour, and pointing names them", async () => {
    const trace = path.join(folder, "eight.yaml");
    writeFileSync(trace, "buddytrace: 1\nmax_order: 3\npages: 8\nevents: a2=4 f4 a0=0\n");
    await open(pageOf(trace));
    await page.keyboard.press("Home");
    await showsEvent(0);
    const [x, y] = await placeOf(5);
    const free = await colourAt(x, y);
    await page.keyboard.press("ArrowRight");
    await showsEvent(1);
    expect(await colourAt(x, y)).not.toBe(free);
    await page.locator("#map").hover({ position: { x, y } });
    expect(await page.locator("#pointed").textContent()).toBe("Page 5: live since line 4, in the block 4 of order 2.");
    await page.keyboard.press("ArrowRight");
    await showsEvent(2);
    expect(await colourAt(x, y)).toBe(free);
  });

  /** A point inside the cell of a page, found by pointing about; cells of a small pool are 96 pixels wide. */
  async function placeOf(wanted: number): Promise<readonly [x: number, y: number]> {
    const box = await page.locator("#map").boundingBox();
    for (let y = 20; y < (box?.height ?? 0); y += 40) {
      for (let x = 20; x < (box?.width ?? 0); x += 40) {
        await page.locator("#map").hover({ position: { x, y } });
        const said = await page.locator("#pointed").textContent();
        // Near an edge a border may be drawn: a few pixels further in is the cell itself.
        if (said?.startsWith(`Page ${wanted}:`) === true) return [x + 8, y + 8];
      }
    }
    throw new Error(`page ${wanted} is nowhere in the picture`);
  }

  it("plays to the end, and from its start again", async () => {
    await open(pageOf("traces/helios/rejected/defect-order10.jsonl"));
    await page.keyboard.press("End");
    await showsEvent(28);
    await page.locator("#play").click();
    await page.locator("#play").filter({ hasText: "Pause" }).waitFor();
    await page.locator("#play").filter({ hasText: "Play" }).waitFor();
    expect(await state()).toContain("Event 28 of 28");
  });

  it("a point of the timeline is an event", async () => {
    await open(pageOf("traces/helios/accepted/pages-medium.jsonl.gz"));
    await showsEvent(10_057);
    const box = await page.locator("#timeline").boundingBox();
    await page.locator("#timeline").click({ position: { x: (box?.width ?? 0) / 2, y: 20 } });
    await expect.poll(async () => Number(/Event (\d+)/u.exec((await state()) ?? "")?.[1])).toBeLessThan(6000);
    expect(Number(/Event (\d+)/u.exec((await state()) ?? "")?.[1])).toBeGreaterThan(4500);
  });

  it("a part of a long trace says what it leaves out", async () => {
    await open(pageOf("traces/helios/accepted/pages-medium.jsonl.gz", "--events", "100", "--from", "2000"));
    const text = await page.locator("header p").textContent();
    expect(text).toContain("100 events are shown; 1998 before and 7959 after them are not.");
    await page.keyboard.press("Home");
    await showsEvent(0);
    expect(await state()).not.toContain(": 0 pages live");
  });

  it("whatever a trace says stays text", async () => {
    const trace = path.join(folder, "evil.jsonl");
    const header = { buddytrace: 1, allocator: "</script><script>document.title='x'</script>", max_order: 1, pages: 2 };
    writeFileSync(trace, `${JSON.stringify(header)}\n{"op":"alloc","order":0,"pfn":0}\n`);
    await open(pageOf(trace));
    expect(await page.title()).toContain("evil.jsonl");
    expect(await page.locator("header p").textContent()).toContain("</script><script>");
  });
});

it("view names what it cannot show, and writes nothing", () => {
  const output = path.join(folder, "none.html");
  for (const [trace, said] of [
    ["traces/linux/small-1-idle.trace.txt", "buddycheck convert"],
    ["no-such-file.jsonl", "INPUT_NOT_FOUND"],
  ] as const) {
    const { status, stderr } = view(trace, "-o", output);
    expect(status).toBe(2);
    expect(stderr).toContain(said);
  }
  expect(() => readFileSync(output)).toThrow();
  expect(view("traces/xv6/accepted/short.jsonl", "--events", "0").status).toBe(2);
});
