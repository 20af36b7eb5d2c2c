import type { Overlay } from "../codemod/overlay.js"

/** What stands beside the calls: OAuth2, stores, streams, webhooks. */
export const overlays: ReadonlyArray<Overlay> = [
  {
    file: "src/Download.ts",
    why: "an error of the platform holds its reason as an object",
    edits: [
      {
        find: `error._tag === "SystemError" && error.reason === "AlreadyExists"`,
        replace: `error.reason._tag === "AlreadyExists"`
      }
    ]
  },
  {
    file: "src/RateLimiterShared.ts",
    why: "the store tells besides how long ago it added tokens",
    edits: [{ find: "tokens: 1, ...bucket }), (left) =>", replace: "tokens: 1, ...bucket }), ([left]) =>" }]
  },
  {
    file: "src/internal/oauth/token.ts",
    why: "issues are formatted by a formatter that is made",
    edits: [
      {
        find: `    const [issue] = SchemaIssue.ArrayFormatter.formatErrorSync(error)
    const path = issue?.path.join(".") ?? ""`,
        replace: `    const [issue] = formatted(error.issue).issues
    const path = issue?.path?.join(".") ?? ""`
      },
      {
        find: `what: issue?._tag === "Missing" ? "is missing" : "is not what it must be"`,
        replace: `what: issue?.message ?? "is not what it must be"`
      },
      {
        find: "/** Decodes a store's entry;",
        replace: `const formatted = /*#__PURE__*/ SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => (issue._tag === "MissingKey" ? "is missing" : "is not what it must be")
})

/** Decodes a store's entry;`
      }
    ]
  },
  {
    file: "cli/main.ts",
    why: "a flag is required unless it has a default, and one that may be repeated has a least number of times",
    edits: [
      {
        find: `Flag.String("company").pipe(
      Flag.repeated,`,
        replace: `Flag.String("company").pipe(
      Flag.atLeast(0),`
      },
      {
        find: `Flag.Boolean("check").pipe(`,
        replace: `Flag.Boolean("check").pipe(
      Flag.withDefault(false),`
      },
      {
        find: `Flag.Literals("entity", entities).pipe(
      Flag.repeated,`,
        replace: `Flag.Literals("entity", entities).pipe(
      Flag.atLeast(0),`
      }
    ]
  }
]
