/**
 * The project's own Markdown as pages of the site: README.md, CHANGELOG.md, docs/*.md, and the programs of examples/.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { posix } from "node:path"
import type { Page } from "./reference.js"

/** The page of a file of the repository, if it is one. */
const pageOf = (file: string): string | undefined => {
  const name = /^docs\/([\w-]+)\.md$/.exec(file)?.[1]
  if (name !== undefined) return existsSync(file) ? name : undefined
  if (/^(README|CHANGELOG|CONTRIBUTING|SECURITY)\.md$/.test(file)) return existsSync(file) ? rootPage(file) : undefined
  const example = /^examples\/(.+)\.ts$/.exec(file)?.[1]
  return example === undefined ? undefined : `examples/${example.replaceAll("/", "-")}`
}

/** `SECURITY.md` tells how to report; `docs/security.md` is the guide. */
const rootPage = (file: string): string => {
  const page = file.replace(/\.md$/, "").toLowerCase()
  return existsSync(`docs/${page}.md`) ? `${page}-policy` : page
}

const documents = (): ReadonlyArray<string> => [
  ...["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"].filter((file) => existsSync(file)),
  ...readdirSync("docs")
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`)
]

const programs = (): ReadonlyArray<string> =>
  readdirSync("examples", { recursive: true, encoding: "utf8" })
    .map((file) => `examples/${file.replaceAll("\\", "/")}`)
    .filter((file) => file.endsWith(".ts"))

/** Links between files of the repository become links between pages; what is no page keeps its words only. */
const relinked = (file: string, text: string): string =>
  outsideFences(text, (line) =>
    line.replace(
      /\[((?:[^[\]]|`[^`]*`)*)\]\((?!https?:|#)([^)#\s]+)(#[^)]*)?\)/g,
      (_, words: string, to: string, anchor = "") => {
        const page = pageOf(posix.normalize(posix.join(posix.dirname(file), to)))
        return page === undefined ? words : `[${words}](/${page}.md${anchor})`
      }
    )
  )

/** Changes the lines that are not code. */
export const outsideFences = (text: string, change: (line: string) => string): string => {
  let fenced = false
  return text
    .split("\n")
    .map((line) => {
      if (line.startsWith("```")) fenced = !fenced
      return fenced ? line : change(line)
    })
    .join("\n")
}

/** Of pages whose heading says too little beside the others. */
const titles: Readonly<Record<string, string>> = { "README.md": "Overview", "SECURITY.md": "Security policy" }

const titleOf = (text: string): string => /^# (.+)$/m.exec(text)?.[1] ?? ""

/** The first sentence, in plain words: for lists of pages. */
const aboutOf = (text: string): string =>
  (text.split(/\n{2,}/).find((paragraph) => /^[A-Z`[*]/.test(paragraph)) ?? "")
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, "$1")
    .replaceAll(/\s+/g, " ")
    .replace(/(?<=[.!?]) .*/, "")
    .trim()

export const guidePages = (): ReadonlyArray<Page> => [
  ...documents().map((file): Page => {
    const text = relinked(file, readFileSync(file, "utf8"))
    const path = pageOf(file) ?? file
    return { path, title: titles[file] ?? titleOf(text), about: aboutOf(text), text }
  }),
  ...programs().map((file): Page => {
    const source = readFileSync(file, "utf8")
    const about =
      /^\/\*\*\n((?: \*.*\n)+?) (?:\*\n| ?\*\/)/
        .exec(source)?.[1]
        ?.replaceAll(/^ \* ?/gm, "")
        .trim() ?? ""
    return {
      path: pageOf(file) ?? file,
      title: file.slice("examples/".length),
      about: about.replaceAll(/\s+/g, " "),
      text: `# ${file}\n\n${about}\n\n\`\`\`ts\n${source.trimEnd()}\n\`\`\`\n`
    }
  })
]
