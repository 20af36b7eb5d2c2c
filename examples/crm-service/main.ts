/**
 * A small backend for the companies that install an app: imports deals from CSV, reports on the pipeline, and keeps a copy in
 * SQLite up to date by webhooks.
 *
 *     npx tsx examples/crm-service/main.ts
 *
 * With nothing set it runs on two sandbox companies. PIPEDRIVE_CLIENT_ID, PIPEDRIVE_CLIENT_SECRET and PIPEDRIVE_REDIRECT_URI make it
 * a real app (https and a public address, since Pipedrive calls it); DATABASE_URL says where the copy and the tokens are.
 *
 *     curl -b session=... --data-binary @deals.csv http://127.0.0.1:3000/import
 */
import { createServer } from "node:http"
import { NodeFileSystem, NodeHttpServer, NodeRuntime } from "@effect/platform-node"
import { Config, Console, Effect, Layer } from "effect"
import { Database } from "./copy.js"
import { layer, Service } from "./server.js"
import { host } from "./settings.js"

const HttpServer = NodeHttpServer.layerConfig(
  createServer,
  Config.all({ host: Config.succeed(host), port: Config.integer("PORT").pipe(Config.withDefault(3000)) })
)

const notice = Effect.flatMap(Service, ({ companies, publicUrl }) =>
  Console.log(
    [
      ...(companies.length === 0 ? [] : ["On two sandbox companies (set PIPEDRIVE_CLIENT_ID for a real app)."]),
      `Open ${publicUrl}/`
    ].join("\n")
  )
)

Layer.effectDiscard(notice).pipe(
  Layer.provide(layer),
  Layer.provide(Layer.provide(Database, NodeFileSystem.layer)),
  Layer.provide(HttpServer),
  Layer.launch,
  NodeRuntime.runMain
)
