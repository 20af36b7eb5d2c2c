/**
 * The site for language models, as https://llmstxt.org describes it: a list of the pages, each page as Markdown, and the guides in
 * one file.
 */
import type { Page } from "./reference.js"

const line = ({ about, path, title }: Page): string => `- [${title}](${path}.md)${about === "" ? "" : `: ${about}`}`

export const llmsText = (
  description: string,
  guides: ReadonlyArray<Page>,
  modules: ReadonlyArray<Page>,
  resources: ReadonlyArray<Page>
): string => `# effect-pipedrive

> ${description}. For Effect 3 (effect 3.22 or later, not Effect 4) and TypeScript 5.7 or later.

Every endpoint is an Effect with the error type PipedriveError: \`Deals.get({ id: 1 })\` from "effect-pipedrive/v2". Provide
\`PipedriveLive\`, or \`Sandbox.layer()\` of "effect-pipedrive/sandbox" in tests. Lists have \`.stream\`, \`.pages\` and \`.collect\`.
All guides in one file: [llms-full.txt](llms-full.txt).

## Guides

${guides.map(line).join("\n")}

## Modules of the package

${modules.map(line).join("\n")}

## Reference of v2

${resources
  .filter(({ path }) => path.includes("/v2/"))
  .map(line)
  .join("\n")}

## Reference of v1

${resources
  .filter(({ path }) => path.includes("/v1/"))
  .map(line)
  .join("\n")}
`

export const llmsFullText = (guides: ReadonlyArray<Page>): string =>
  guides.map(({ path, text }) => `<!-- ${path}.md -->\n\n${text.trim()}\n`).join("\n")

/** Markdown without what only VitePress knows. */
export const plainMarkdown = (text: string): string =>
  text
    .replaceAll(/ <Badge [^>]*text="([^"]*)" \/>/g, " ($1)")
    .replaceAll(/^::: \w+ ?(.*)\n([\s\S]*?)\n:::$/gm, "> **$1:** $2")
    .replaceAll(/ \{#[\w-]+\}$/gm, "")
    .replaceAll(/\n\n\[Run this example\]\([^)]*\)/g, "")
