/**
 * The edge, where the layers meet.
 *
 * @since 0.1.0
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as Auth from "./Auth.js"
import type { Method, Requirements, Version } from "./Endpoint.js"
import * as HttpLayer from "./HttpLayer.js"
import * as CallSite from "./internal/callSite.js"
import * as Run from "./internal/endpoint.js"
import * as Envelope from "./internal/http/envelope.js"
import * as Failure from "./internal/http/failure.js"
import * as Send from "./internal/http/send.js"
import * as Known from "./internal/options.js"
import * as Limiter from "./internal/rateLimit/gate.js"
import * as Raw from "./internal/rawRequest.js"
import * as Metrics from "./internal/telemetry/metrics.js"
import { InvalidRequest, type PipedriveError } from "./PipedriveError.js"

// -----------------------------------------------------------------------------
// layers
// -----------------------------------------------------------------------------

/**
 * Options of {@link layer}: whose account, and how requests are sent.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options extends HttpLayer.LayerOptions, Auth.Options {
  /** A personal API token. It wins over `accessToken`. */
  readonly apiToken?: string | Redacted.Redacted<string> | undefined
  /** An OAuth2 access token that somebody else keeps fresh. */
  readonly accessToken?: string | Redacted.Redacted<string> | undefined
  /** The transport. @default HttpLayer.layerFetch */
  readonly httpClient?: Layer.Layer<HttpClient.HttpClient> | undefined
}

/**
 * Everything an endpoint needs, for one account. Without a token in the options the environment is read, as
 * {@link PipedriveLive} does.
 *
 * @example
 * ```ts
 * import { Pipedrive } from "effect-pipedrive"
 * import { Deals } from "effect-pipedrive/v2"
 * import { Effect } from "effect"
 *
 * const acme = Pipedrive.layer({ apiToken: "0123456789abcdef", baseUrl: "https://acme.pipedrive.com" })
 * const program = Deals.list({ status: "open" }).pipe(Effect.provide(acme))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  options: Options = {}
): Layer.Layer<Requirements | HttpLayer.CurrentPolicy, ConfigError.ConfigError> => {
  const { accessToken, allowInsecureHttp, apiToken, baseUrl, httpClient, limiter = true, ...policy } = options
  const where = { baseUrl, allowInsecureHttp }
  const auth =
    apiToken !== undefined
      ? Auth.apiKey(apiToken, where)
      : accessToken !== undefined
        ? Auth.accessToken(accessToken, where)
        : Auth.layerConfig
  const whole = Layer.mergeAll(auth, HttpLayer.layer({ ...policy, limiter })).pipe(
    Layer.provide(httpClient ?? HttpLayer.layerFetch)
  )
  return Layer.unwrapEffect(Effect.as(Known.refuseUnknown(options, names), whole))
}

const names: Known.Names<Options> = /*#__PURE__*/ (() => ({
  apiToken: true,
  accessToken: true,
  httpClient: true,
  ...Auth.names,
  ...HttpLayer.layerNames
}))()

/**
 * The same, from `Config`s.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  options: Config.Config.Wrap<Options>
): Layer.Layer<Requirements | HttpLayer.CurrentPolicy, ConfigError.ConfigError> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(options), layer))

/**
 * Everything an endpoint needs, from the environment: `PIPEDRIVE_API_TOKEN`, or `PIPEDRIVE_ACCESS_TOKEN`, or what OAuth2
 * needs (see `Auth.layerConfig`), and `PIPEDRIVE_BASE_URL` if it is not Pipedrive's own.
 *
 * @example
 * ```ts
 * import { PipedriveLive } from "effect-pipedrive"
 * import { Deals } from "effect-pipedrive/v2"
 * import { Effect } from "effect"
 *
 * const program = Deals.list.pipe(Effect.provide(PipedriveLive))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const PipedriveLive: Layer.Layer<Requirements | HttpLayer.CurrentPolicy, ConfigError.ConfigError> =
  /*#__PURE__*/ Layer.suspend(() => layer())

// -----------------------------------------------------------------------------
// the raw escape hatch
// -----------------------------------------------------------------------------

/**
 * A request of one's own making.
 *
 * @since 0.1.0
 * @category models
 */
export interface RawRequest {
  readonly version: Version
  /** @default "GET" */
  readonly method?: Method | undefined
  /** The path below the version, its parts percent-encoded and none of them empty: `/deals/42`. */
  readonly path: string
  /** `undefined` and `null` are left out, arrays comma-joined; an empty one is refused, as endpoints do. */
  readonly query?:
    | Readonly<Record<string, string | number | boolean | null | undefined | ReadonlyArray<string | number>>>
    | undefined
  /**
   * Sent as JSON, if JSON can carry it; a `FormData` as multipart, `URLSearchParams` as a form, an `HttpBody` as it is. One that is a stream is
   * not sent a second time once it was begun.
   */
  readonly body?: unknown
}

/**
 * Calls what no endpoint describes: with credentials, retries, limits and typed errors, but without a schema.
 *
 * @example
 * ```ts
 * import { Pipedrive } from "effect-pipedrive"
 *
 * const robots = Pipedrive.request({ version: "v2", path: "/robots", query: { limit: 10 } })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const request = (raw: RawRequest): Effect.Effect<unknown, PipedriveError, Requirements> => {
  const site = CallSite.capture()
  return Effect.suspend(() => {
    const made = Raw.make(raw)
    // ids are no part of a span
    const template = made.path.replace(/\/(\d+|[0-9a-f-]{32,})(?=\/|$)/gi, "/{id}")
    const { endpoint, method } = made
    const attributes = { "http.request.method": method, "url.template": template }
    return Envelope.useSpan(
      `Pipedrive.${endpoint}`,
      { kind: "client", captureStackTrace: false, attributes },
      site,
      (span) => {
        const meter = Metrics.make(endpoint)
        if (made.issues.length > 0) {
          return Send.unsent(meter, new InvalidRequest({ endpoint, method, path: made.path, issues: made.issues }))
        }
        const call = { endpoint, method, path: made.path }
        return Send.send({
          call,
          request: HttpClientRequest.make(method)(made.url, { headers: Run.headers(false), body: made.body }),
          binary: false,
          restartable: false,
          // a guess: what the dearest common endpoint of that kind costs
          cost: (method === "GET" ? 10 : 5) * (made.version === "v1" ? 2 : 1),
          search: Limiter.isSearch(raw.path),
          meter,
          span,
          receive: (answer) => {
            if (!Run.isSuccess(answer.status)) return Run.failed(call, answer, Failure.parse(answer.text))
            if (answer.text === "") return Effect.void
            const parsed = Failure.parseShallow(answer.text)
            if (Either.isLeft(parsed)) {
              const issues = [{ path: [], message: parsed.left }]
              return Effect.fail(Failure.invalidResponse(call, answer, issues, { withSnippet: true }))
            }
            return Failure.isRecord(parsed.right) && parsed.right.success === false
              ? Run.failed(call, answer, parsed)
              : Effect.succeed(parsed.right)
          }
        })
      }
    )
  })
}
