/**
 * The documentation site: it is built with every link checked, and read in a browser below some path and from the disk.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { extname, join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { brokenLinks } from "../../site/links.js"
import { programs } from "../../site/playground/programs.js"
import { inScript, placeholder } from "../../site/relocate.js"
import { executable, launch, mention } from "../support/browser.js"
import { node } from "../support/process.js"

mention("the documentation site")

const folder = "site/dist"

beforeAll(async () => {
  const { output, status } = await node(["--import", "tsx", "site/build.ts"], { env: { NODE_ENV: "production" } })
  assert.strictEqual(status, 0, output)
}, 600_000)

const files = () => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => file.replaceAll("\\", "/"))

describe("the site", () => {
  it("has no link to a page or an anchor that is not there", () => assert.deepStrictEqual(brokenLinks(folder), []))

  it("has a page for every module, of a size that can be read", () => {
    const modules = ["v1", "v2"].flatMap((version) =>
      readdirSync(`src/${version}`)
        .filter((file) => file !== "index.ts")
        .map(
          (file) =>
            `reference/${version}/${file
              .replace(/\.ts$/, "")
              .replace(/(?<=[a-z])(?=[A-Z])/g, "-")
              .toLowerCase()}.html`
        )
    )
    const own = readdirSync("src").filter((file) => /^[A-Z]\w+\.ts$/.test(file))
    const pages = files().filter((file) => file.endsWith(".html"))
    assert.includeMembers(pages, modules)
    assert.strictEqual(pages.filter((page) => page.startsWith("reference/modules/")).length, own.length + 2)
    for (const page of pages) assert.isBelow(statSync(join(folder, page)).size, 350_000, page)
  })

  it("names its place nowhere, so that it works at any", () => {
    for (const file of files().filter((file) => /\.(html|css)$|^assets\/.*\.js$/.test(file))) {
      assert.notInclude(readFileSync(join(folder, file), "utf8"), "__site_base__", file)
    }
    const moved = inScript(`const a="${placeholder}b.js",c={d:'<a href="${placeholder}">'},e=\`${placeholder}\${a}\``)
    const run = new Function("window", `${moved}; return [a, c.d, e]`)
    assert.deepStrictEqual(run({ __siteBase__: "/x/" }), ["/x/b.js", '<a href="/x/">', "/x//x/b.js"])
  })

  it("has llms.txt, whose pages are there as Markdown", () => {
    const text = readFileSync(join(folder, "llms.txt"), "utf8")
    const links = Array.from(text.matchAll(/\]\(([^)]+)\)/g), ([, link = ""]) => link)
    assert.isAbove(links.length, 80)
    for (const link of links) assert.isTrue(existsSync(join(folder, link)), link)
    assert.include(readFileSync(join(folder, "llms-full.txt"), "utf8"), "# Errors")
  })
})

describe.skipIf(executable === undefined)("the site in a browser", () => {
  const types: Readonly<Record<string, string>> = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".woff2": "font/woff2"
  }
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "", "http://site").pathname.replace(/^\/some\/path/, "")
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path)
    if (!existsSync(file) || statSync(file).isDirectory()) return response.writeHead(404).end()
    return response.writeHead(200, { "content-type": types[extname(file)] ?? "text/plain" }).end(readFileSync(file))
  })
  let browser: Browser
  let base = ""
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/some/path`
    browser = await launch()
  })
  afterAll(async () => {
    await browser?.close()
    server.closeAllConnections()
    server.close()
  })

  /** A page on which nothing complains, and that asks nobody else. */
  const visit = async (options: BrowserContextOptions, use: (page: Page) => Promise<void>, from = base) => {
    const context = await browser.newContext(options)
    const page = await context.newPage()
    const complaints: Array<string> = []
    page.on("pageerror", (error) => complaints.push(String(error)))
    page.on("console", (message) => {
      // from the disk no module may be loaded: known
      if (message.type() === "error" && from === base) complaints.push(`${message.text()} ${message.location().url}`)
    })
    page.on("request", (request) => {
      if (!request.url().startsWith(from) && !/^(blob|data):/.test(request.url())) complaints.push(request.url())
    })
    await use(page)
    await context.close()
    assert.deepStrictEqual(complaints, [])
  }

  const words = async (page: Page, selector: string) => (await page.locator(selector).allInnerTexts()).join("\n")
  const finished = (page: Page) =>
    page.waitForFunction(() =>
      /^(Done|Failed|Stopped)/.test(document.querySelector(".playground .state")?.textContent ?? "")
    )
  const run = async (page: Page, code?: string) => {
    if (code !== undefined) await page.fill(".playground textarea", code)
    await page.click(".playground button.run")
    await finished(page)
    return (await words(page, ".playground .output")).trim()
  }

  it("finds by words, and leads to the place", () =>
    visit({ viewport: { width: 1280, height: 900 } }, async (page) => {
      await page.goto(`${base}/index.html`)
      await page.click("button.DocSearch-Button")
      await page.fill(".VPLocalSearchBox input", "convertToLead")
      await page.locator(".VPLocalSearchBox .result").first().click()
      await page.waitForURL(/reference\/v2\/deals.*#convertToLead/)
      assert.include(await words(page, "h1"), "Deals")
      // what stays from the first page leads to the right places from this one, too
      await page.locator(".VPNavBar a:has-text('Guides')").click()
      await page.waitForURL(`${base}/getting-started.html`)
      assert.include(await words(page, "h1"), "Getting started")
    }))

  it("fits a phone, in light and dark", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await visit({ colorScheme, viewport: { width: 390, height: 844 } }, async (page) => {
        for (const path of [
          "index",
          "errors",
          "operations",
          "reference/v2/deals",
          "reference/modules/accounts",
          "playground"
        ]) {
          await page.goto(`${base}/${path}.html`)
          await page.locator(".VPNavBarHamburger").waitFor()
          const [over, dark] = await page.evaluate(() => [
            document.documentElement.scrollWidth - document.documentElement.clientWidth,
            document.documentElement.classList.contains("dark")
          ])
          assert.deepStrictEqual([path, over, dark], [path, 0, colorScheme === "dark"])
        }
      })
    }
  })

  it("runs the playground's programs, and shows their requests", () =>
    visit({}, async (page) => {
      await page.goto(`${base}/playground.html`)
      for (const { title } of programs) {
        await page.selectOption(".playground select", { label: title })
        const output = await run(page)
        if (title === "Errors") assert.match(output, /^404 .*nothing at.*\n.*titel.*\nBadRequest: /)
        else assert.lengthOf(await page.locator(".playground .output .error").all(), 0, `${title}: ${output}`)
        assert.notStrictEqual(output, "", title)
        if (title !== "Rate limits")
          assert.isAbove(await page.locator(".playground .requests details").count(), 0, title)
      }
      await page.selectOption(".playground select", { label: "First calls" })
      assert.match(await run(page), /^added deal \d+\n/)
      const summaries = await page.locator(".playground .requests summary").allInnerTexts()
      assert.match(
        summaries.join("\n"),
        /^POST \/api\/v2\/deals 200\nPATCH \/api\/v2\/deals\/\d+ 200\nGET \/api\/v2\/deals\?.*status=won.* 200$/
      )
      await page.locator(".playground .requests summary").first().click()
      assert.include(await words(page, ".playground .requests details[open]"), `"title": "400 seats"`)
    }))

  it("says in words what is wrong with a program, and stops one that does not end", () =>
    visit({}, async (page) => {
      await page.goto(`${base}/playground.html`)
      assert.match(await run(page, "const a: number =\n"), /not valid TypeScript: .*\(\d+:\d+\)/)
      assert.match(await run(page, `import { x } from "left-pad"\nx()`), /no module "left-pad"; it has effect, /)
      assert.match(await run(page, `await fetch("https://example.com")`), /sends nothing to example.com/)
      const lines = [
        `import { Effect } from "effect"`,
        `import { PipedriveLive } from "effect-pipedrive"`,
        `import { Deals } from "effect-pipedrive/v2"`,
        `Effect.runPromise(Deals.get({ id: 999999 }).pipe(Effect.provide(PipedriveLive)))`
      ]
      assert.match(await run(page, lines.join("\n")), /^NotFound: v2\.Deals\.get: .*\(404\)/)
      await page.fill(".playground textarea", "for (;;) {}")
      await page.click(".playground button.run")
      await page.click(".playground button:text('Stop')")
      await finished(page)
      assert.strictEqual(await run(page, `console.log(1 + 1)`), "2")
    }))

  it("opens an example of the reference in the playground", () =>
    visit({}, async (page) => {
      await page.goto(`${base}/reference/v2/pipelines.html`)
      await page.locator("a:text('Run this example')").first().click()
      await page.waitForURL(/playground/)
      assert.include(await page.inputValue(".playground textarea"), "Pipelines.list")
      assert.include(await run(page), "success")
    }))

  it("works from the disk, without a server", () => {
    const from = pathToFileURL(folder).href
    return visit(
      {},
      async (page) => {
        await page.goto(`${from}/playground.html`)
        assert.match(await run(page), /^added deal \d+\n/)
        await page.goto(`${from}/reference/v2/deals.html`)
        await page.locator(".vp-doc a:has-text('PipedriveError')").first().click()
        assert.match(await words(page, "h1"), /^Errors/)
      },
      from
    )
  })
})
