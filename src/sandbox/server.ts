/**
 * The sandbox as an HTTP server, for programs in other processes and other languages. Needs `@effect/platform-node`.
 *
 * @since 0.1.0
 */
import { existsSync } from "node:fs"
import { readFile, rename, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpServer from "@effect/platform/HttpServer"
import type { ServeError } from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Names } from "../internal/options.js"
import * as Sandbox from "./index.js"
import { names as sandboxNames } from "./options.js"
import type { Page } from "./page/context.js"
import * as pages from "./page/index.js"
import { refuseUnknown } from "./seeds/seed.js"
import * as service from "./service.js"

/**
 * Options of a sandbox on a port.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends Sandbox.Options {
  /**
   * The port; 0 selects a free one.
   *
   * @default 8080
   */
  readonly port?: number | undefined
  /**
   * The address to listen on. With other than the loopback address, other machines can connect.
   *
   * @default "127.0.0.1"
   */
  readonly host?: string | undefined
  /**
   * A file for the data. It is read when the server starts, if it exists, and written after changes and when the server stops.
   */
  readonly file?: string | undefined
}

const names: Names<Options> = /*#__PURE__*/ (() => ({ ...sandboxNames, port: true, host: true, file: true }))()

const urlOf = (address: HttpServer.Address): string => {
  if (address._tag === "UnixAddress") return "http://localhost"
  const host = address.hostname === "0.0.0.0" || address.hostname === "::" ? "127.0.0.1" : address.hostname
  return `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`
}

/** Pipedrive follows no redirects of a webhook's receiver. */
const manual = FetchHttpClient.layer.pipe(
  Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" }))
)

const fileError = (file: string, what: string) => (cause: unknown) =>
  new Sandbox.SandboxError({ path: "file", reason: `${what}: ${file} (${String(cause)})` })

/** Writes a temporary file and renames it, so that the file is always complete. */
const save = (sandbox: Sandbox.Service, file: string): Effect.Effect<void, Sandbox.SandboxError> =>
  Effect.flatMap(sandbox.write, (text) =>
    Effect.tryPromise({
      try: async () => {
        // it contains secrets: tokens of apps, passwords of webhooks
        await writeFile(`${file}.new`, text, { mode: 0o600 })
        await rename(`${file}.new`, file)
      },
      catch: fileError(file, "cannot be written")
    })
  )

/** Reads the data from the file, and writes it after changes. */
const keep = (
  sandbox: Sandbox.Service,
  page: Page,
  file: string
): Effect.Effect<void, Sandbox.SandboxError, Scope.Scope> =>
  Effect.gen(function* () {
    if (existsSync(file)) {
      const read = Effect.tryPromise({ try: () => readFile(file, "utf8"), catch: fileError(file, "cannot be read") })
      yield* Effect.flatMap(read, sandbox.read)
    } else yield* save(sandbox, file)
    let seen: Sandbox.SeenRequest | undefined
    let seenChanges = 0
    const changed = Effect.map(sandbox.requests, (requests) => {
      const last = requests.findLast((request) => request.method !== "GET")
      const more = last !== seen || page.changes !== seenChanges
      seen = last
      seenChanges = page.changes
      return more
    })
    // uninterruptible, so that the last write never overlaps with an unfinished one
    const saved = save(sandbox, file).pipe(
      Effect.catchAll((error) => Effect.logWarning(error.message)),
      Effect.uninterruptible
    )
    yield* Effect.addFinalizer(() => saved)
    yield* Effect.forkScoped(Effect.whenEffect(saved, changed).pipe(Effect.repeat(Schedule.spaced("1 second"))))
  })

/** Closes the connection when a body is cut off. By default the server would keep it open, and the client would wait. */
const breaking = (response: HttpServerResponse.HttpServerResponse, close: () => void) => {
  const { body } = response
  if (body._tag !== "Stream") return response
  const stream = Stream.tapErrorCause(body.stream, () => Effect.sync(close))
  return HttpServerResponse.setBody(response, HttpBody.stream(stream, body.contentType, body.contentLength))
}

const serve = (
  options: Options
): Effect.Effect<Sandbox.Service, Sandbox.SandboxError, HttpServer.HttpServer | HttpClient.HttpClient | Scope.Scope> =>
  Effect.gen(function* () {
    const strange = refuseUnknown(options, names)
    if (strange !== undefined) return yield* strange
    const server = yield* HttpServer.HttpServer
    const outward = yield* HttpClient.HttpClient
    const { file, host: _host, port: _port, ...inside } = options
    const open = yield* service.makeOpen({
      ...inside,
      baseUrl: options.baseUrl ?? urlOf(server.address),
      webhooks: options.webhooks ?? outward
    })
    const sandbox = open.service
    const page = yield* pages.make(open, options.faults)
    const app = Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const { socket } = NodeHttpServerRequest.toIncomingMessage(request)
      const response = yield* Effect.flatMap(HttpServerRequest.toWeb(request), (web) =>
        pages.owns(web.method, new URL(web.url).pathname) ? pages.handle(page, web) : sandbox.fetch(web)
      )
      if (response.type === "error") {
        // a broken connection: there is no response to write
        yield* Effect.sync(() => socket.destroy())
        return yield* Effect.never
      }
      return breaking(HttpServerResponse.fromWeb(response), () => socket.destroySoon())
    })
    if (file !== undefined) yield* keep(sandbox, page, file)
    yield* HttpServer.serveEffect(app)
    return sandbox
  })

/**
 * Serves a sandbox while the layer is in use. Its `baseUrl` and `token` are what a client of it needs: see {@link environment}.
 *
 * @example
 * ```ts
 * import * as Sandbox from "effect-pipedrive/sandbox"
 * import * as Server from "effect-pipedrive/sandbox/server"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const sandbox = yield* Sandbox.Sandbox
 *   yield* Effect.log(Server.environment(sandbox))
 *   return yield* Effect.never
 * }).pipe(Effect.provide(Server.layer({ port: 0 })))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options = {}): Layer.Layer<Sandbox.Sandbox, Sandbox.SandboxError | ServeError> =>
  Layer.scoped(Sandbox.Sandbox, serve(options)).pipe(
    Layer.provide(manual),
    Layer.provide(
      NodeHttpServer.layerServer(createServer, { port: options.port ?? 8080, host: options.host ?? "127.0.0.1" })
    )
  )

/**
 * The environment variables with which a program uses a sandbox, one per line.
 *
 * @since 0.1.0
 * @category constructors
 */
export const environment = (sandbox: Pick<Sandbox.Service, "baseUrl" | "token">): string =>
  `PIPEDRIVE_BASE_URL=${sandbox.baseUrl}\nPIPEDRIVE_API_TOKEN=${sandbox.token}`
