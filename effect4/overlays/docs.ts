import type { Overlay } from "../codemod/overlay.js"

const why = "what the page says of Effect 3"

/** The pages of the documentation, beside their programs and install lines. */
export const overlays: ReadonlyArray<Overlay> = [
  {
    file: "README.md",
    why,
    edits: [
      { find: "Node 20 and later, Bun, Deno,", replace: "Node 22.19 and later, Bun, Deno," },
      {
        find: "Works with `effect` 3.19.19 to 3.22 and `@effect/platform` 0.94 to 0.97.",
        replace: "Works with `effect` 4.0 and 4.1."
      },
      { find: "this page is of the one for Effect 3:", replace: "this page is of the one for Effect 4:" },
      {
        find: "| 3 (3.19 to 3.22) | `npm install effect-pipedrive@effect-4 effect@^4.1` |",
        replace: "| 3 (3.19 to 3.22) | `npm install effect-pipedrive effect@^3.22 @effect/platform@^0.97` |"
      },
      { find: "repository on Node 20 or later:", replace: "repository on Node 22.19 or later:" },
      {
        find: "The versions matter: without them package managers take Effect 4, which has other modules.",
        replace: "The tag matters: without it package managers take the line for Effect 3."
      },
      {
        find: "@effect/vitest@^4 vitest@^5` |",
        replace: "@effect/vitest@^4 vitest@^5`, and with Yarn its peer: `vite@^8` |"
      },
      {
        find: ", and with Yarn its peers: `@effect/cluster@^0.60 @effect/rpc@^0.76 @effect/sql@^0.52 @effect/workflow@^0.19 @effect/experimental@^0.61` |",
        replace: ", and with Yarn its peer: `redis@^5` |"
      },
      {
        find: "| `TokenStoreSql`, `SyncStoreSql` | `npm install @effect/sql@^0.52 @effect/experimental@^0.61`, and the package for your database |\n| `RateLimiterShared` | `npm install @effect/experimental@^0.61`, and `ioredis@^5` for Redis |",
        replace:
          "| `TokenStoreSql`, `SyncStoreSql` | the package for your database, such as `@effect/sql-pg@^4` |\n| `RateLimiterShared` | `npm install @effect/platform-node@^4.1 redis@^5` for Redis |"
      },
      {
        find: "An error that says `needs effect 3`, or names a file of `needs-effect@3.19-to-3.22-and-@effect-platform@0.94-to-0.97`, means that",
        replace: "An error that names a file of `needs-effect@4.0-to-4.1` means that"
      }
    ]
  },
  {
    file: "docs/runtimes.md",
    why,
    edits: [
      {
        find: "This line of the package is for Effect 3: `effect` from 3.19.19 to 3.22 and `@effect/platform` from 0.94 to 0.97. Effect 4 has other\nmodules, and [a line of its own](effect-versions.md). On npm the newest `effect` is Effect 4, so name the versions when you install:",
        replace:
          "This line of the package is for Effect 4: `effect` 4.0 and 4.1, and `@effect/platform-node` of the same version for undici and the sandbox's server.\n[Another line](effect-versions.md) is for Effect 3, and the rest of this page was measured with that one."
      }
    ]
  },
  {
    file: "docs/getting-started.md",
    why,
    edits: [
      {
        find: "You need Node 20 or later, or Bun or Deno.",
        replace: "You need Node 22.19 or later, or Bun or Deno."
      },
      {
        find: "The versions matter: these are for Effect 3, and npm's latest `effect` is Effect 4, for which there is [another line](effect-versions.md).",
        replace: "The tag matters: without it you get [the line for Effect 3](effect-versions.md)."
      }
    ]
  },
  {
    file: "docs/requests.md",
    why: "Effect has a limiter over Redis, for any client of it",
    edits: [
      {
        find: `a store of
\`@effect/experimental\`'s \`RateLimiter\` (\`npm install @effect/experimental@^0.61\`): Redis, or one of your own.`,
        replace: `a store of
Effect's \`RateLimiter\`: Redis (\`npm install @effect/platform-node@^4.1 redis@^5\`), or one of your own.`
      },
      {
        find: `import { layerStore } from "@effect/experimental/RateLimiter/Redis"
import { Layer } from "effect"
import { Pipedrive } from "effect-pipedrive"
import * as RateLimiterShared from "effect-pipedrive/RateLimiterShared"

const Redis = layerStore({ host: "127.0.0.1", port: 6379, maxRetriesPerRequest: 1 })
`,
        replace: `import { NodeRedis } from "@effect/platform-node"
import { Layer } from "effect"
import { Pipedrive } from "effect-pipedrive"
import * as RateLimiterShared from "effect-pipedrive/RateLimiterShared"
import { RateLimiter } from "effect/persistence"

const Redis = RateLimiter.layerStoreRedis().pipe(
  Layer.provide(NodeRedis.layer({ url: "redis://127.0.0.1:6379", disableOfflineQueue: true }))
)
`
      }
    ]
  },
  {
    file: "docs/sync.md",
    why,
    edits: [
      {
        find: "`@effect/workflow` and `@effect/cluster` run the passes.",
        replace: "`effect/workflow` and `effect/cluster` run the passes."
      }
    ]
  },
  {
    file: "docs/webhooks.md",
    why: "routes are added to a router by layers",
    edits: [
      {
        find: `import { Config, Effect, Match } from "effect"`,
        replace: `import { Config, Effect, Layer, Match } from "effect"`
      },
      {
        find: `  return HttpRouter.add("POST", "/webhooks", webhooks)
}).pipe(Effect.provide(KeyValueStore.layerMemory))
`,
        replace: `  return HttpRouter.add("POST", "/webhooks", webhooks)
}).pipe(Layer.unwrap, Layer.provide(KeyValueStore.layerMemory))
`
      },
      {
        find: `import { Effect, Redacted } from "effect"
import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
import { HttpRouter } from "effect/http"
`,
        replace: `import { Effect, Layer, Redacted } from "effect"
import * as WebhookEvents from "effect-pipedrive/WebhookEvents"
import { HttpRouter } from "effect/http"
`
      },
      {
        find: "Serve the router with `HttpServer.serve`, as any other.",
        replace: "Serve the routes with `HttpRouter.serve`, beside any others."
      },
      {
        find: `  Effect.map((webhooks) => HttpRouter.add("POST", "/webhooks", webhooks)),
  Effect.provide(KeyValueStore.layerMemory)
`,
        replace: `  Effect.map((webhooks) => HttpRouter.add("POST", "/webhooks", webhooks)),
  Layer.unwrap,
  Layer.provide(KeyValueStore.layerMemory)
`
      }
    ]
  },
  {
    file: "docs/lists.md",
    why: "Effect 4 has no cache of requests",
    edits: [
      {
        find: `is sent once. With \`Effect.withRequestCaching(true)\` Effect also remembers records between
  windows (for 60 seconds, unless you set another cache); each account has its own.
`,
        replace: `is sent once.
`
      }
    ]
  }
]
