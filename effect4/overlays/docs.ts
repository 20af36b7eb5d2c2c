import type { Overlay } from "../codemod/overlay.js"

const why = "what the page says of Effect 3"

/** The pages of the documentation, beside their programs and install lines. */
export const overlays: ReadonlyArray<Overlay> = [
  {
    file: "README.md",
    why,
    edits: [
      {
        find: "Works with `effect` 3.19.19 to 3.22 and `@effect/platform` 0.94 to 0.97.",
        replace: "Works with `effect` 4.0 and 4.1."
      },
      { find: "this page is of the one for Effect 3:", replace: "this page is of the one for Effect 4:" },
      {
        find: "| 3 (3.19 to 3.22) | `npm install effect-pipedrive@effect-4 effect@^4.1` |",
        replace: "| 3 (3.19 to 3.22) | `npm install effect-pipedrive effect@^3.22 @effect/platform@^0.97` |"
      },
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
      },
      {
        find: `\`Effect.andThen(Deals.list)\` and \`Effect.tap(Deals.list)\` treat it as a function and pass it the previous value. Write
\`Effect.andThen(Deals.list)\` or \`Effect.andThen(() => Deals.list)\`.`,
        replace: `\`Effect.andThen(Deals.list)\` and \`Effect.tap(Deals.list)\` take it as an Effect, without input. \`Effect.flatMap(Deals.list)\` calls it with
the previous value.`
      },
      {
        find: `in an \`Effect.forEach\` that
batches: at`,
        replace: `in an \`Effect.forEach\` with a
concurrency: at`
      },
      {
        find: `The package is ESM; \`require\` works on Node
20.19 and later.`,
        replace: `The package is ESM; \`require\` works,
too.`
      },
      {
        find: "OAuth2 tokens and sync states in SQL, limits shared between processes, the fastest transport on Node; each with an optional peer |",
        replace:
          "OAuth2 tokens and sync states in SQL, limits shared between processes, the fastest transport on Node; the last with an optional peer |"
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
          "This line of the package is for Effect 4: `effect` 4.0 and 4.1, and `@effect/platform-node` of the same version for undici and the sandbox's server.\n[Another line](effect-versions.md) is for Effect 3."
      },
      {
        find: `Both ends of the range are tested: the newest one by all tests, the oldest one by a part of them in \`npm test\` and by most of them in
\`npm run matrix\`. It does not reach further down for two reasons:

- Up to 3.19.18 \`effect\` loses the end of a fiber that ended before somebody looked, and a semaphore's permit when its wait is
  interrupted. A call whose connection is refused then never ends (\`test/http/retries.test.ts\` hangs).
- \`@effect/platform\` has the conversion of requests that the sandbox's server uses (\`HttpServerRequest.toWeb\`) since 0.93.8.

The optional peers go with it:

| | oldest | newest |
| --- | --- | --- |
| \`effect\` | 3.19.19 | 3.22 |
| \`@effect/platform\` | 0.94.0 | 0.97 |
| \`@effect/platform-node\` | 0.104.0 | 0.108 |
| \`effect/sql\` | 0.49.0 | 0.52 |
| \`@effect/experimental\` | 0.58.0 | 0.61 |
`,
        replace: `Both ends of the range are tested: the newest one by all tests, the oldest one by programs, the sandbox's server and types in
\`npm run matrix\`.
`
      },
      {
        find: `| \`effect-pipedrive needs effect 3, from 3.19.19 on, but finds effect ...\` | an \`effect\` that is too old |
| \`Cannot find module ...\`, and a path with \`needs-effect@3.19-to-3.22-and-@effect-platform@0.94-to-0.97\` | Effect 4, or no \`@effect/platform\` |
`,
        replace: `| \`Package subpath ... is not defined\`, or \`Cannot find module ...\`, and a path with \`needs-effect@4.0-to-4.1\` | Effect 3 |
`
      },
      {
        find: `| a warning of Effect about two versions | two of them are installed; \`npm ls effect\`, \`pnpm why effect\` and \`yarn why effect\` say who brings the second one |

In each case run the install line above.`,
        replace: `
In each case run the install line above. \`npm ls effect\`, \`pnpm why effect\` and \`yarn why effect\` say who brings a second version.`
      },
      {
        find: `All tests run on Node 22.19 and later. One program (uploads, streams, retries, time limits, OAuth2 with sealed tokens) runs the same on
Node, Bun, Deno, Chromium and workerd, the runtime of Cloudflare Workers. Only two`,
        replace: `All tests run on Node 22. With the line for Effect 3, one program (uploads, streams, retries, time limits, OAuth2 with sealed tokens) runs
the same on Node, Bun, Deno, Chromium and workerd, the runtime of Cloudflare Workers. Only two`
      },
      {
        find: `- **Node.** \`require\` works from 20.19 on, and from 22.12 on. Older versions use \`import()\`. Node's \`fetch\` sends no
  body through a bare \`FetchHttpClient.layer\` of \`effect/http\` before 0.96.2 once \`@effect/platform-node\` is loaded
  ("invalid content-length header"); \`HttpLayer.layerFetch\`, \`HttpLayer.layer\` and \`Pipedrive.layer\` prevent that.
`,
        replace: `- **Node.** \`require\` works, too.
`
      },
      {
        find: ` No bundler warns of this
package. Rollup warns of a \`this\` at the top of one of fast-check's modules, which \`effect/Schema\` and \`effect-pipedrive/sandbox\`
bring along; ignore its \`THIS_IS_UNDEFINED\`.`,
        replace: ` No bundler warns of this
package.`
      }
    ]
  },
  {
    file: "docs/getting-started.md",
    why,
    edits: [
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
      },
      {
        find: `\`fetch\` takes the same dispatcher through
\`FetchHttpClient.RequestInit\`, provided to \`HttpLayer.layerFetch\`.`,
        replace: `Plain \`http:\` requests are forwarded instead, unless the agent has \`proxyTunnel: true\`. \`fetch\` takes the same dispatcher in a
\`Platform.Dispatcher1Wrapper\` through \`FetchHttpClient.RequestInit\`, provided to \`HttpLayer.layerFetch\`.`
      }
    ]
  },
  {
    file: "docs/files.md",
    why: "the platform's client over Node http waits for the socket",
    edits: [
      {
        find: `
The platform's client over Node http (\`NodeHttpClient.layerNodeHttp\`) does not wait for the socket between the parts of a Stream that
come one by one: a Stream that is faster than the network piles up in memory there. \`fetch\` and undici wait.
`,
        replace: `
`
      }
    ]
  },
  {
    file: "docs/sync.md",
    why: "lines that the codemod made too long",
    edits: [
      {
        find: "  Stream.map(({ changes }) => changes), Stream.flattenIterable,",
        replace: "  Stream.map(({ changes }) => changes),\n  Stream.flattenIterable,"
      },
      {
        find: "    const state = kept === undefined ? undefined : yield* Schema",
        replace: "    const state =\n      kept === undefined ? undefined : yield* Schema"
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
    why: "requests wait together by the moment, not by the forEach, and there is no cache of them",
    edits: [
      {
        find: `is sent once. With \`Effect.withRequestCaching(true)\` Effect also remembers records between
  windows (for 60 seconds, unless you set another cache); each account has its own.
`,
        replace: `is sent once.
`
      },
      {
        find: `Where many fibers of one \`Effect.forEach\` call it, they share requests. This is Effect's
own batching: it needs \`batching: true\` and a concurrency, best \`"unbounded"\`. Write`,
        replace: `Fibers that call it at the same time share requests. This is Effect's own batching: give
\`Effect.forEach\` a concurrency, best \`"unbounded"\`. Write`
      },
      {
        find: `{ concurrency: "unbounded", batching: true } as const`,
        replace: `{ concurrency: "unbounded" } as const`
      },
      {
        find: `- Effect collects a window from the fibers of one \`Effect.forEach\` or \`Effect.all\`. \`Stream.mapEffect\` with a concurrency has no
  windows: take pages, as above, or \`Stream.grouped(100)\` with \`get.many\`. \`Effect.timeout\` around one get takes it out of the window;
  put it around the \`forEach\`.
- When such a \`forEach\` is interrupted, Effect lets the requests of its window finish first. \`get.many\` aborts them at once.
`,
        replace: `- A window is what waits at the same moment, in whatever fibers of the program: those of an \`Effect.forEach\`, of an \`Effect.all\`, or of a
  \`Stream.mapEffect\` with a concurrency.
- When those that wait are interrupted, the requests that have begun for them go on. \`get.many\` aborts them at once.
`
      }
    ]
  }
]
