import type { Overlay } from "../codemod/overlay.js"

const why = "Effect has arbitraries of its own, and what checks a property by them"

const edits = (indent: string) => [
  {
    find: `${indent}import * as FastCheck from "fast-check"\n`,
    replace: `${indent}import { Arbitrary, Effect } from "effect"\n`
  },
  {
    find: `${indent}FastCheck.assert(
${indent}  FastCheck.property(Sandbox.arbitrary(Deals.get), ({ data }) => label(data).startsWith(data.title))
${indent})
`,
    replace: `${indent}const checked = Arbitrary.checkEffect(Sandbox.arbitrary(Deals.get), ({ data }) => label(data).startsWith(data.title))
${indent.trimEnd()}
${indent}Effect.runPromise(checked).then(({ _tag }) => console.log(_tag)) // Passed, or Falsified with the smallest example
`
  }
]

/** What a user of the package has of it besides its code: the examples of its types, and the uses that its types are checked by. */
export const overlays: ReadonlyArray<Overlay> = [
  { file: "src/sandbox/arbitrary.ts", why, edits: edits(" * ") },
  { file: "docs/sandbox.md", why, edits: edits("") },
  {
    file: "test/types/entryPoints.ts",
    why,
    imports: ["effect/Arbitrary"],
    edits: [
      {
        find: "FastCheck.assert(FastCheck.property(Sandbox.arbitrary(Deals.get), ({ data }) => data.title.length > 0))",
        replace: "Arbitrary.checkEffect(Sandbox.arbitrary(Deals.get), ({ data }) => data.title.length > 0)"
      }
    ]
  }
]
