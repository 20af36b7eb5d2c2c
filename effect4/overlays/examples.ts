import type { Overlay } from "../codemod/overlay.js"

/** Programs to read and start from. */
export const overlays: ReadonlyArray<Overlay> = [
  {
    file: "examples/crm-service/server.ts",
    why: "a store has a value or undefined, and routes are layers",
    edits: [
      {
        find: `Option.getOrUndefined(yield* sessions.get(cookies.session ?? ""))`,
        replace: `yield* sessions.get(cookies.session ?? "")`
      },
      {
        find: `Layer.unwrap(Effect.map(routes, (router) => HttpServer.serve(router))).pipe(`,
        replace: `HttpRouter.serve(Layer.unwrap(routes), { disableListenLog: true, disableLogger: true }).pipe(`
      },
      {
        find: `import { Context, Effect, Layer, Option, type Redacted }`,
        replace: `import { Context, Effect, Layer, type Redacted }`
      },
      { find: "HttpRouter, HttpServer, ", replace: "HttpRouter, " }
    ]
  },
  {
    file: "examples/sync-sql/main.ts",
    why: "an Option is no Effect",
    edits: [
      {
        find: `yield* Duration.fromInput(args.every)`,
        replace: `yield* Effect.fromOption(Duration.fromInput(args.every as Duration.Input))`
      }
    ]
  },
  {
    file: "examples/web/effect.ts",
    why: "routes and what is around them are layers",
    edits: [
      {
        find: `HttpServer.serve(HttpRouter.use(routes, Effect.map(HttpServerResponse.setHeaders(Page.headers))))`,
        replace: `HttpRouter.serve(
        Layer.merge(
          routes,
          HttpRouter.middleware(Effect.map(HttpServerResponse.setHeaders(Page.headers)), { global: true })
        ),
        { disableListenLog: true, disableLogger: true }
      )`
      }
    ]
  },
  {
    file: "test/crmService.test.ts",
    why: "a Schema tells its issues otherwise",
    edits: [
      {
        find: `/"title".*is missing.*"value".*Unable to decode "five"/s`,
        replace: `/Missing key.*"title".*Expected a finite number.*"value"/s`
      }
    ]
  },
  {
    file: "test/docs.test.ts",
    why: "this edition has its packages in two folders above its own",
    edits: [
      {
        find: `mkdtempSync(join(tmpdir(), "effect-pipedrive-docs-"))
symlinkSync(resolve("node_modules"), join(folder, "node_modules"), "junction")
`,
        replace: `mkdtempSync(resolve("snippets-"))
`
      },
      { find: `node(["node_modules/typescript/bin/tsc"`, replace: `node(["../../node_modules/typescript/bin/tsc"` },
      {
        find: `import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
`,
        replace: `import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
`
      }
    ]
  }
]
