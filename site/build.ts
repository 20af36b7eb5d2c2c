/**
 * Builds the documentation as a static site.
 *
 *     npm run docs:site                      writes site/dist, which works below any path and from the disk
 *
 * What the pages are made of stands elsewhere: `docs/`, `README.md`, `examples/`, the descriptions of endpoints and the doc
 * comments. Here they become Markdown in `site/pages` (not committed), of which VitePress makes the site.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { build } from "vitepress"
import { extract } from "../codegen/extract.js"
import { plan } from "../codegen/plan.js"
import { examples, runnable } from "./examples.js"
import { guidePages } from "./guides.js"
import { brokenLinks } from "./links.js"
import { llmsFullText, llmsText, plainMarkdown } from "./llms.js"
import { modulePages } from "./modules.js"
import { guideGroups } from "./navigation.js"
import { playgroundScript } from "./playground/bundle.js"
import { type Page, resourcePages } from "./reference.js"
import { placeholder, relocate } from "./relocate.js"

process.chdir(fileURLToPath(new URL("..", import.meta.url)))
const { description } = JSON.parse(readFileSync("package.json", "utf8"))

const write = (file: string, text: string) => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

const guides = guidePages()
const modules = modulePages()
const made = await Effect.runPromise(examples)
const runs = await Effect.runPromise(runnable(made))
const resources = resourcePages(plan(extract()), new Map(made.map((example) => [example.id, example])), (id) =>
  runs.has(id)
)

const link = ({ path, title }: Page) => ({ text: title, link: `/${path}` })
const of = (version: string) => resources.filter(({ path }) => path.startsWith(`reference/${version}/`))
const references = [
  { text: "v2", collapsed: false, items: of("v2").map(link) },
  { text: "The package", collapsed: false, items: modules.map(link) },
  { text: "v1", collapsed: true, items: of("v1").map(link) }
]

const readme = readFileSync("README.md", "utf8")
const home = `---
layout: home
hero:
  name: effect-pipedrive
  text: ${description}
  tagline: 433 endpoints with checked input, typed errors, retries, rate limits, streams, and a Pipedrive in memory to test against.
  actions:
    - { theme: brand, text: Get started, link: /getting-started }
    - { theme: alt, text: Try it in the page, link: /playground }
    - { theme: alt, text: Reference, link: /reference/ }
features:
  - { title: Typed throughout, details: "Input, output and errors of every endpoint of v1 and v2 have types, units and notes.", link: /reference/ }
  - { title: Safe by default, details: "Retries repeat nothing that may have acted. Requests stay within Pipedrive's limits.", link: /requests }
  - { title: OAuth2 for many accounts, details: "Tokens are renewed early, stored safely, and shared between processes.", link: /oauth2 }
  - { title: A sandbox, details: "A stateful Pipedrive in memory for tests and for the playground on this site.", link: /sandbox }
---

## In short

${readme.slice(readme.indexOf("```ts"), readme.indexOf("\n```\n") + 4)}
[Getting started](/getting-started.md) goes through it step by step.
`

const table = (pages: ReadonlyArray<Page>) =>
  [
    "| module | |",
    "| --- | --- |",
    ...pages.map(({ about, path, title }) => `| [${title}](/${path}.md) | ${about.replaceAll("|", "\\|")} |`)
  ].join("\n")
const contents = `# Reference

Every operation has its input and output with types, units and notes, its cost, its scopes and an example. [One table](/operations.md)
lists all operations by the official client's name.

## The package

${table(modules)}

## v2

${table(of("v2"))}

## v1

${table(of("v1"))}
`

rmSync("site/pages", { recursive: true, force: true })
const titles = new Map([
  ...guides.map(({ path, title }) => [path, title] as const),
  ["playground", "Playground"] as const
])
for (const { path, text } of [...guides, ...modules, ...resources]) write(join("site/pages", `${path}.md`), text)
write("site/pages/index.md", home)
write("site/pages/reference/index.md", contents)
write("site/pages/playground.md", readFileSync("site/playground/page.md", "utf8"))
write(
  "site/pages/navigation.json",
  JSON.stringify({ description, sidebar: { "/reference/": references, "/": guideGroups(titles) } })
)

process.env.DOCS_BASE = placeholder
await build("site")
relocate("site/dist")
write("site/dist/playground.js", await playgroundScript())
for (const { path, text } of [...guides, ...modules, ...resources])
  write(join("site/dist", `${path}.md`), plainMarkdown(text))
write("site/dist/llms.txt", llmsText(description, guides, modules, resources))
write("site/dist/llms-full.txt", llmsFullText(guides))

const broken = brokenLinks("site/dist")
for (const link of broken) console.error(`broken link: ${link}`)
if (broken.length > 0) process.exitCode = 1
