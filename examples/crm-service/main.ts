/**
 * A small backend for the companies that install an app: imports deals from CSV, reports on the pipeline, and keeps a copy in SQLite up
 * to date by webhooks.
 *
 *     npx tsx examples/crm-service/main.ts
 *     curl -b session=... --data-binary @deals.csv http://127.0.0.1:3000/import
 *
 * With nothing set it runs on two companies of a sandbox. PIPEDRIVE_CLIENT_ID, PIPEDRIVE_CLIENT_SECRET and PIPEDRIVE_REDIRECT_URI make
 * it a real app (https and a public address, since Pipedrive calls it); DATABASE_URL says where the copy and the tokens are.
 */
import { createServer } from "node:http"
import { FileSystem } from "@effect/platform"
import { NodeFileSystem, NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Config, Console, Effect, Layer, Option } from "effect"
import * as Sqlite from "../sqlite.js"
import * as Sandbox from "./sandbox.js"
import { App, layer } from "./server.js"

const registered = Layer.effect(
  App,
  Config.all({
    clientId: Config.nonEmptyString("PIPEDRIVE_CLIENT_ID"),
    clientSecret: Config.redacted("PIPEDRIVE_CLIENT_SECRET"),
    redirectUri: Config.nonEmptyString("PIPEDRIVE_REDIRECT_URI")
  })
)

const program = Effect.gen(function* () {
  const isReal = Option.isSome(yield* Config.option(Config.string("PIPEDRIVE_CLIENT_ID")))
  // a sandbox ends with the process, and so do its tokens
  const file = isReal ? "crm.db" : yield* Effect.flatMap(FileSystem.FileSystem, (files) => files.makeTempFileScoped())
  const url = yield* Config.withDefault(Config.nonEmptyString("DATABASE_URL"), `file:${file}`)
  const port = Config.withDefault(Config.integer("PORT"), 3000)
  const server = NodeHttpServer.layerConfig(createServer, Config.all({ host: Config.succeed("127.0.0.1"), port }))
  const notice = Effect.flatMap(App, ({ redirectUri }) =>
    Console.log(
      `${isReal ? "" : "On two sandbox companies (set PIPEDRIVE_CLIENT_ID for a real app).\n"}Open ${new URL("/", redirectUri)}`
    )
  )
  const app = isReal ? Layer.merge(registered, server) : Layer.provideMerge(Sandbox.app, server)
  return yield* Layer.effectDiscard(notice).pipe(
    Layer.provide(layer),
    Layer.provide(Layer.merge(app, Sqlite.layer(url))),
    Layer.launch
  )
})

program.pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer), NodeRuntime.runMain)
