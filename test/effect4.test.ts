/** How the Effect 4 edition is made: the codemod's rules where a mistake compiles, and overlays that no longer fit. */
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { assert, describe, it } from "vitest"
import { modules } from "../effect4/codemod/names.js"
import { apply } from "../effect4/codemod/overlay.js"
import { comments, page, shared } from "../effect4/codemod/prose.js"
import { rewrite } from "../effect4/codemod/rewrite.js"
import { referencesOf } from "../effect4/codemod/types.js"
import { overlays as ofDocs } from "../effect4/overlays/docs.js"
import { overlays as ofServices } from "../effect4/overlays/services.js"
import { snippetsOf } from "./support/snippets.js"

const rewritten = (text: string): string => rewrite("x.ts", text, new Set(referencesOf(text)))

const body = (text: string): string =>
  rewritten(text)
    .replace(/^import .*\n/gm, "")
    .trim()

describe("the codemod", () => {
  it("ends what is repeated so many times: a number alone would be a schedule without end", () => {
    const text = `import * as Effect from "effect/Effect"\nEffect.repeatN(ask, 99)\nask.pipe(Effect.repeatN(99))\n`
    assert.strictEqual(body(text), `Effect.repeat(ask, { times: 99 })\nask.pipe(Effect.repeat({ times: 99 }))`)
  })

  it("has null beside literals, which are none", () => {
    const schema = (text: string) => body(`import * as Schema from "effect/Schema"\n${text}\n`)
    assert.strictEqual(schema(`Schema.Literal(null)`), `Schema.Null`)
    assert.strictEqual(schema(`Schema.Literal("a", null)`), `Schema.NullOr(Schema.Literal("a"))`)
    assert.strictEqual(schema(`Schema.Literal("a", 1, null)`), `Schema.NullOr(Schema.Literals(["a", 1]))`)
  })

  it("calls the sides of an Either as a Result does, in its tags too", () => {
    const head = `import * as Either from "effect/Either"\n`
    assert.strictEqual(
      body(`${head}Either.isLeft(it) ? it.left : it.right\n`),
      `Result.isFailure(it) ? it.failure : it.success`
    )
    assert.strictEqual(body(`${head}assert.strictEqual(it._tag, "Right")\n`), `assert.strictEqual(it._tag, "Success")`)
    assert.strictEqual(body(`it._tag === "Left"\n`), `it._tag === "Failure"`)
  })

  it("imports what it names, and nothing else", () => {
    assert.strictEqual(
      rewritten(`import { Effect, Either, FastCheck as fc } from "effect"\nEffect.clock\nEffect.either(fc.nat())\n`),
      `import { Clock, Effect } from "effect"\nimport * as fc from "fast-check"\nClock.Clock\nEffect.result(fc.nat())\n`
    )
  })
})

describe("an overlay", () => {
  const overlay = { file: "src/X.ts", why: "it is so", edits: [{ find: "a + b", replace: "b + a" }] }

  it("fails with the file and the edit where it does not fit once", () => {
    const faults: Array<string> = []
    assert.strictEqual(apply("a + b\n", overlay, faults), "b + a\n")
    assert.deepStrictEqual(faults, [])
    apply("a - b\n", overlay, faults)
    apply("a + b, a + b\n", overlay, faults)
    assert.deepStrictEqual(faults, [
      "src/X.ts: an edit matches 0 times instead of once:\n    a + b",
      "src/X.ts: an edit matches 2 times instead of once:\n    a + b"
    ])
  })

  it("brings the modules that it needs, and takes away what it leaves without use", () => {
    const text = `import * as Option from "effect/Option"\nexport const x = Option.none()\n`
    const edits = [{ find: "Option.none()", replace: "Arr.empty()" }]
    assert.strictEqual(
      apply(text, { ...overlay, imports: ["effect/Array"], edits }, []),
      `import * as Arr from "effect/Array"\nexport const x = Arr.empty()\n`
    )
  })
})

describe("what is published with the edition", () => {
  const pages = [
    ...["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"],
    ...readdirSync("docs").map((file) => `docs/${file}`)
  ]
  const sources = ["src", "src/sandbox"].flatMap((folder) =>
    readdirSync(folder).flatMap((file) => (file.endsWith(".ts") ? [`${folder}/${file}`] : []))
  )
  const references = new Set(sources.flatMap((file) => referencesOf(readFileSync(file, "utf8"))))
  const overlaid = (file: string, text: string): string =>
    [...ofDocs, ...ofServices].filter((one) => one.file === file).reduce((all, one) => apply(all, one, []), text)
  const pageOf = (file: string) => overlaid(file, page(file, readFileSync(file, "utf8"), references))

  const packages = new Set(Object.keys(modules).flatMap((path) => path.match(/^@effect\/[\w-]+/) ?? []))
  packages.delete("@effect/platform-node")
  const ofEffect3 = new RegExp(
    `(?:${[...packages].join("|")}|\\b(?:ioredis|FiberRef|zipRight|catchAll))(?![\\w-])|effect@\\^?3|batching: true`
  )
  const naming = (file: string, text: string): ReadonlyArray<string> =>
    text.split("\n").flatMap((line, at) => (ofEffect3.test(line) ? [`${file}:${at + 1}: ${line}`] : []))

  /** Where the two are compared. */
  const compared = (text: string): string =>
    text
      .replace(/^\| 3 \(3\.19 to 3\.22\) \|.*\n/m, "")
      .replace(/^### (Under Effect 4|The oldest peers)\n[\s\S]*?^(?=### )/gm, "")

  it("names no package of Effect 3 on its pages, but where it compares", () => {
    const all = pages.filter((file) => !shared.includes(file)).map((file) => [file, pageOf(file)] as const)
    assert.deepStrictEqual(
      all.flatMap(([file, text]) => naming(file, compared(text))),
      []
    )
    assert.isNotEmpty(naming("README.md", readFileSync("README.md", "utf8")))
    // what is the same for both editions says which it is about
    for (const file of shared) assert.match(readFileSync(file, "utf8"), /\bEffect 3\b/, file)
  })

  it("names none in the comments of its modules, which editors show", () => {
    const commented = (file: string) =>
      overlaid(file, comments(file, readFileSync(file, "utf8"), references))
        .split("\n")
        .filter((line) => /^ *(?:\/\*\*|\*|\/\/)/.test(line))
        .join("\n")
    assert.deepStrictEqual(
      sources.flatMap((file) => naming(file, commented(file))),
      []
    )
  })

  it("links to headings that its pages have", () => {
    const texts = new Map(pages.map((file) => [file, pageOf(file)]))
    const anchorsOf = (text: string) =>
      Array.from(text.matchAll(/^#+ (.*)$/gm), ([, heading = ""]) =>
        heading
          .toLowerCase()
          .replace(/[^\w\- ]/g, "")
          .replaceAll(" ", "-")
      )
    const links = [...texts].flatMap(([file, text]) =>
      Array.from(text.matchAll(/\]\((?!https?:)([^)#]*\.md)?#([^)]+)\)/g), ([, target, anchor = ""]) => ({
        anchor,
        file,
        target: target === undefined ? file : join(dirname(file), target)
      }))
    )
    assert.isAbove(links.length, 50)
    assert.deepStrictEqual(
      links.filter(({ anchor, target }) => !anchorsOf(texts.get(target) ?? "").includes(anchor)),
      []
    )
  })

  it("changes no other lines in the README's programs than those that the page of versions shows", () => {
    const linesOf = (text: string) => new Set(snippetsOf("README.md", text).flatMap(({ code }) => code.split("\n")))
    const [before, after] = [linesOf(readFileSync("README.md", "utf8")), linesOf(pageOf("README.md"))]
    const changed = [
      ...[...before].filter((line) => !after.has(line)).map((line) => `-${line}`),
      ...[...after].filter((line) => !before.has(line)).map((line) => `+${line}`)
    ]
    const shown = Array.from(
      readFileSync("docs/effect-versions.md", "utf8").matchAll(/(?<=^```diff\n)[\s\S]*?(?=\n```$)/gm),
      ([diff]) => diff.split("\n")
    )
    assert.deepStrictEqual(changed.sort(), shown.flat().sort())
  })
})
