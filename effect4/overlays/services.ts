import type { Overlay } from "../codemod/overlay.js"

/** What stands beside the calls: OAuth2, stores, streams, webhooks. */
export const overlays: ReadonlyArray<Overlay> = [
  {
    file: "src/Batch.ts",
    why: "requests wait together wherever they wait at the same time",
    edits: [
      {
        find: `an effect that batches: \`Effect.forEach(ids, (id) => Deals.get.batched({ id }), { concurrency: "unbounded", batching: true })\`.`,
        replace: `many fibers at a time: \`Effect.forEach(ids, (id) => Deals.get.batched({ id }), { concurrency: "unbounded" })\`.`
      },
      {
        find: "- Effect ends a `forEach` that is interrupted when the requests of its batch have been answered; `many` ends at once.",
        replace:
          "- When a `forEach` is interrupted, the requests that have begun for its batch go on; `many` aborts them."
      }
    ]
  },
  {
    file: "src/Endpoint.ts",
    why: "what is both an Effect and a function is run as an Effect",
    edits: [
      {
        find: ` * \`Effect.andThen(op)\` and \`Effect.tap(op)\` see the function and call it with the previous value; write
 * \`Effect.andThen(op)\` or \`Effect.andThen(() => op)\`.`,
        replace:
          " * `Effect.andThen(op)` and `Effect.tap(op)` run it without input; `Effect.flatMap(op)` calls it with the previous value."
      }
    ]
  },
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
    why: "the store tells besides how long ago it added tokens, and is for any client of Redis",
    edits: [
      {
        find: ` Needs \`@effect/experimental\`, and
 * \`ioredis\` for its Redis store.`,
        replace: ` Effect's own store for
 * Redis needs a client of it, such as \`@effect/platform-node\`'s.`
      },
      {
        find: ` * import { layerStore } from "@effect/experimental/RateLimiter/Redis"
 * import { Layer } from "effect"
 * import { Pipedrive } from "effect-pipedrive"
 * import * as RateLimiterShared from "effect-pipedrive/RateLimiterShared"
 *
 * const Shared = RateLimiterShared.layer().pipe(Layer.provide(layerStore({ host: "127.0.0.1", port: 6379 })))
`,
        replace: ` * import { NodeRedis } from "@effect/platform-node"
 * import { Layer } from "effect"
 * import { Pipedrive } from "effect-pipedrive"
 * import * as RateLimiterShared from "effect-pipedrive/RateLimiterShared"
 * import { RateLimiter } from "effect/persistence"
 *
 * const Redis = NodeRedis.layer({ url: "redis://127.0.0.1:6379" })
 * const Shared = RateLimiterShared.layer().pipe(Layer.provide(RateLimiter.layerStoreRedis()), Layer.provide(Redis))
`
      },
      { find: "tokens: 1, ...bucket }), (left) =>", replace: "tokens: 1, ...bucket }), ([left]) =>" }
    ]
  },
  {
    file: "src/WebhookEvents.ts",
    why: "routes are added to a router by layers",
    edits: [
      {
        find: ` * import { Effect, Redacted } from "effect"
 * import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
 * import { HttpRouter } from "effect/http"`,
        replace: ` * import { Effect, Layer, Redacted } from "effect"
 * import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
 * import { HttpRouter } from "effect/http"`
      },
      {
        find: ` *   return HttpRouter.add("POST", "/webhooks", webhooks)
 * }).pipe(Effect.provide(KeyValueStore.layerMemory))`,
        replace: ` *   return HttpRouter.add("POST", "/webhooks", webhooks)
 * }).pipe(Layer.unwrap, Layer.provide(KeyValueStore.layerMemory))`
      }
    ]
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
  checkHook: () => "is not what it must be",
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
  },
  {
    file: "test/Batch.test.ts",
    why: "Effect 4 has no cache of requests, and batches the requests of several fibers",
    edits: [
      {
        find: `          Effect.provide(live),
          Effect.withRequestCaching(true),
          Effect.forkChild
`,
        replace: `          Effect.provide(live),
          Effect.forkChild
`
      },
      {
        find: `  it.effect("are kept by Effect's cache of requests where it is on, for each account its own", () =>`,
        replace: `  it.effect("of several fibers are one request, for each account its own", () =>`
      },
      {
        find: `        yield* Effect.provide(read([1, 2]), one)
        yield* Effect.provide(read([2, 1]), one)
        yield* Effect.provide(read([1, 2]), two)
      }).pipe(Effect.withRequestCaching(true))`,
        replace: `        yield* Effect.all(
          [
            Effect.provide(read([1, 2]), one),
            Effect.provide(read([2, 1]), one),
            Effect.provide(read([1, 2]), two)
          ],
          { concurrency: "unbounded" }
        )
      })`
      }
    ]
  },
  {
    file: "test/oauth/store.test.ts",
    why: "a waiter goes on at once when it is woken",
    edits: [
      {
        find: `        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fibers.leaving)))`,
        replace: `        yield* Fiber.await(fibers.leaving)`
      }
    ]
  },
  {
    file: "test/cli/customFields.test.ts",
    why: "a console writes at once, and not by an Effect",
    edits: [
      {
        find: `    const say = (text: unknown) => Effect.sync(() => void lines.push(String(text)))`,
        replace: `    const say = (text: unknown) => void lines.push(String(text))`
      }
    ]
  },
  {
    file: "test/support/virtual.ts",
    why: "a chain of fibers takes more turns of the event loop: the clock must not jump while it is on its way",
    edits: [{ find: "quiet < 3", replace: "quiet < 8" }]
  }
]
