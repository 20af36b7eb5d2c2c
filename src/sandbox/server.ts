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
import * as Record from "effect/Record"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Fetch from "../internal/http/fetch.js"
import type { Names } from "../internal/options.js"
import * as several from "./companies.js"
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

/**
 * Options of one of several companies on a port.
 *
 * @since 0.1.0
 * @category models
 */
export interface CompanyOptions extends Sandbox.CompanyOptions, Pick<Options, "file"> {}

/**
 * Options of several companies on a port.
 *
 * @since 0.1.0
 * @category models
 */
export interface CompaniesOptions extends Omit<Sandbox.CompaniesOptions, "companies">, Pick<Options, "port" | "host"> {
  /** The companies, by names of your own. */
  readonly companies: { readonly [name: string]: CompanyOptions }
}

const names: Names<Options> = /*#__PURE__*/ (() => ({ ...sandboxNames, port: true, host: true, file: true }))()

const companiesNames = /*#__PURE__*/ (() => ({
  names: { ...several.names, port: true, host: true } satisfies Names<CompaniesOptions>,
  companyNames: { ...several.companyNames, file: true } satisfies Names<CompanyOptions>
}))()

const urlOf = (address: HttpServer.Address): string => {
  if (address._tag === "UnixAddress") return "http://localhost"
  const host = address.hostname === "0.0.0.0" || address.hostname === "::" ? "127.0.0.1" : address.hostname
  return `http://${host.includes(":") ? `[${host}]` : host}:${address.port}`
}

/** Pipedrive follows no redirects of a webhook's receiver. */
const manual = Fetch.layer.pipe(Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" })))

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

type Served<A> = Effect.Effect<A, Sandbox.SandboxError, HttpServer.HttpServer | HttpClient.HttpClient | Scope.Scope>

/** The origin, and the client that delivers webhooks, unless the options have others. */
const outside = ({ baseUrl, webhooks }: Pick<Options, "baseUrl" | "webhooks">) =>
  Effect.gen(function* () {
    const server = yield* HttpServer.HttpServer
    const outward = yield* HttpClient.HttpClient
    return { baseUrl: baseUrl ?? urlOf(server.address), webhooks: webhooks ?? outward }
  })

/** Takes requests for the pages and for Pipedrive. */
const listen = (pageAt: (pathname: string) => Page, fetch: Sandbox.Service["fetch"]) => {
  const app = Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { socket } = NodeHttpServerRequest.toIncomingMessage(request)
    const response = yield* Effect.flatMap(HttpServerRequest.toWeb(request), (web) => {
      const { pathname } = new URL(web.url)
      return pages.owns(web.method, pathname) ? pages.handle(pageAt(pathname), web) : fetch(web)
    })
    if (response.type === "error") {
      // a broken connection: there is no response to write
      yield* Effect.sync(() => socket.destroy())
      return yield* Effect.never
    }
    return breaking(HttpServerResponse.fromWeb(response), () => socket.destroySoon())
  })
  // who goes away ends what goes on for them
  return HttpServer.serveEffect(Effect.interruptible(app))
}

const serve = (options: Options): Served<Sandbox.Service> =>
  Effect.gen(function* () {
    const strange = refuseUnknown(options, names)
    if (strange !== undefined) return yield* strange
    const { file, host: _host, port: _port, ...inside } = options
    const open = yield* service.makeOpen({ ...inside, ...(yield* outside(options)) })
    const page = yield* pages.make(open, options.faults)
    if (file !== undefined) yield* keep(open.service, page, file)
    yield* listen(() => page, open.service.fetch)
    return open.service
  })

const serveCompanies = (options: CompaniesOptions): Served<Sandbox.CompaniesService> =>
  Effect.gen(function* () {
    const problem = several.findProblem(options, companiesNames)
    if (problem !== undefined) return yield* problem
    const { host: _host, port: _port, ...inside } = options
    const files = Object.values(options.companies).flatMap((company) => company.file ?? [])
    const twice = files.find((file, at) => files.indexOf(file) < at)
    if (twice !== undefined) {
      return yield* new Sandbox.SandboxError({ path: "companies", reason: `have one file in common: ${twice}` })
    }
    const companies = Record.map(options.companies, (company) => ({ ...company, file: undefined }))
    const made = yield* several.makeOpen({ ...inside, ...(yield* outside(options)), companies })
    const all = yield* pages.makeAll(made.front, made.companies, (name) => options.companies[name]?.faults)
    for (const [name, { service }] of made.companies) {
      const file = options.companies[name]?.file
      const page = all.byName.get(name)
      if (file !== undefined && page !== undefined) yield* keep(service, page, file)
    }
    yield* listen((pathname) => pages.pageAt(all, pathname), made.service.fetch)
    return made.service
  })

const listening = ({ host, port }: Pick<Options, "host" | "port">) =>
  Layer.merge(manual, NodeHttpServer.layerServer(createServer, { port: port ?? 8080, host: host ?? "127.0.0.1" }))

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
  Layer.scoped(Sandbox.Sandbox, serve(options)).pipe(Layer.provide(listening(options)))

/**
 * Serves several companies on one port, as Pipedrive's API host does: a request is for the company that its credentials are of. See
 * `Sandbox.layerCompany` for programs that run as one of them, and {@link environment} for other processes.
 *
 * @example
 * ```ts
 * import * as Sandbox from "effect-pipedrive/sandbox"
 * import * as Server from "effect-pipedrive/sandbox/server"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const pine = yield* Sandbox.company("pine")
 *   yield* Effect.log(Server.environment(pine))
 *   yield* pine.advance("1 hour")
 * }).pipe(Effect.provide(Server.layerCompanies({ port: 0, companies: { harbour: {}, pine: { plan: "lite" } } })))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerCompanies = (
  options: CompaniesOptions
): Layer.Layer<Sandbox.Companies, Sandbox.SandboxError | ServeError> =>
  Layer.scoped(Sandbox.Companies, serveCompanies(options)).pipe(Layer.provide(listening(options)))

/**
 * The environment variables with which a program uses a sandbox, one per line.
 *
 * @since 0.1.0
 * @category constructors
 */
export const environment = (sandbox: Pick<Sandbox.Service, "baseUrl" | "token">): string =>
  `PIPEDRIVE_BASE_URL=${sandbox.baseUrl}\nPIPEDRIVE_API_TOKEN=${sandbox.token}`
