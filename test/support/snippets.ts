/**
 * The TypeScript in our Markdown and doc comments, as files that the compiler and Node can be pointed at.
 */
import { readdirSync, readFileSync } from "node:fs"
import { ts } from "ts-morph"

export interface Snippet {
  /** The document and the line the code begins at: `README.md:12`. */
  readonly place: string
  /** A file name that tells the place: `README-12`. */
  readonly name: string
  readonly code: string
}

const documents = (): ReadonlyArray<string> => [
  "README.md",
  ...readdirSync("docs")
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`)
]

/** Every fenced block marked `ts`. Fences are lines of their own, so the document is read line by line. */
export const snippetsOf = (document: string, text: string): ReadonlyArray<Snippet> => {
  const snippets: Array<Snippet> = []
  let open: { readonly line: number; readonly code: Array<string> } | undefined
  for (const [index, line] of text.split("\n").entries()) {
    if (open === undefined) {
      if (line.trimEnd() === "```ts") open = { line: index + 2, code: [] }
    } else if (line.trimEnd() === "```") {
      snippets.push({
        place: `${document}:${open.line}`,
        name: `${document.replace(/\.md$/, "").replaceAll("/", "-")}-${open.line}`,
        code: open.code.join("\n")
      })
      open = undefined
    } else {
      open.code.push(line)
    }
  }
  if (open !== undefined) throw new Error(`${document}:${open.line}: the block is not closed`)
  return snippets
}

/** The snippets of README.md and docs/. */
export const inDocuments = (): ReadonlyArray<Snippet> =>
  documents().flatMap((document) => snippetsOf(document, readFileSync(document, "utf8")))

/** The `@example`s of a source file. */
export const examplesOf = (file: string, text: string): ReadonlyArray<Snippet> => {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)
  const found: Array<Snippet> = []
  const visit = (node: ts.Node): void => {
    for (const tag of ts.getJSDocTags(node)) {
      // a declaration and its parts see the same comment
      if (tag.tagName.text !== "example" || tag.parent.parent !== node) continue
      const line = source.getLineAndCharacterOfPosition(tag.getStart(source)).line
      const place = `${file}:${line + 1}`
      for (const { code } of snippetsOf(place, ts.getTextOfJSDocComment(tag.comment) ?? "")) {
        found.push({
          place,
          name: `${file.replace(/\.ts$/, "").replaceAll("/", "-")}-${line + 1}-${found.length}`,
          code
        })
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** The examples of the source files. */
export const inSources = (): ReadonlyArray<Snippet> =>
  readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `src/${file.replaceAll("\\", "/")}`)
    .flatMap((file) => examplesOf(file, readFileSync(file, "utf8")))
