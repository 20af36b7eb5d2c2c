/** What people read: the pages of the documentation, and comments. */
import { members, modules } from "./names.js"
import { rewrite } from "./rewrite.js"

/** Pages that are the same in both editions: they are about both, or about the repository, and say so. */
export const shared: ReadonlyArray<string> = [
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "docs/architecture.md",
  "docs/contributing.md",
  "docs/effect-versions.md"
]

/** What texts call otherwise: install lines, and the modules that packages of Effect 3 have become. */
const words: ReadonlyArray<readonly [effect3: string, effect4: string]> = [
  ["effect-pipedrive effect@^3.22 @effect/platform@^0.97", "effect-pipedrive@effect-4 effect@^4.1"],
  ["@effect/platform-node@^0.108", "@effect/platform-node@^4.1"],
  ["@effect/vitest@^0.30 vitest@^3", "@effect/vitest@^4 vitest@^5"],
  [", through `@effect/sql` (`npm install @effect/sql@^0.52 @effect/experimental@^0.61`)", ""],
  ["(needs `@effect/sql`)", "(needs a package for the database)"],
  ["Needs `@effect/sql` and the", "Needs the"],
  ["Node 20 or later", "Node 22.19 or later"],
  ["Node 20 and later", "Node 22.19 and later"],
  ["`@effect/opentelemetry`", "`effect/observability`"],
  ["`@effect/sql`", "`effect/sql`"],
  ["`@effect/workflow`", "`effect/workflow`"],
  ["`@effect/cluster`", "`effect/cluster`"]
]

const spoken = (text: string): string =>
  words
    .reduce((all, [effect3, effect4]) => all.replaceAll(effect3, effect4), text)
    // of the module that it stands in there, or of the package
    .replace(/(?<=`(\w+)(?:\.\w+)?` of `)@effect\/platform(?=`)/g, (name, module: string) => {
      const path = modules[`${name}/${module}`]
      return path === undefined ? "effect" : path.slice(0, path.lastIndexOf("/"))
    })
    .replace(/(?<=`)[A-Z]\w*\.\w+(?=[`(])/g, (name) => members[name] ?? name)

/** A page of the documentation, by its path: its programs go through the codemod, too. */
export const page = (file: string, text: string, references: ReadonlySet<string>): string =>
  shared.includes(file)
    ? text
    : spoken(text).replace(
        /^```ts\n([\s\S]*?)^```$/gm,
        (_, program: string) => `\`\`\`ts\n${rewrite(file, program, references)}\`\`\``
      )

/** The comments of a source: the programs of doc comments go through the codemod, too. */
export const comments = (file: string, text: string, references: ReadonlySet<string>): string =>
  text
    .replace(/^ *(\/\*\*|\*|\/\/) .*$/gm, spoken)
    .replace(/^( *) \* ```ts\n((?:\1 \*.*\n)*?)\1 \* ```$/gm, (_, indent: string, lines: string) => {
      const program = lines.replace(/^ *\* ?/gm, "")
      const rewritten = rewrite(file, program, references).trimEnd()
      const starred = rewritten.replace(/^/gm, `${indent} * `).replace(/ +$/gm, "")
      return `${indent} * \`\`\`ts\n${starred}\n${indent} * \`\`\``
    })
