/**
 * What a call sends, and the state of a call in progress.
 */
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as Clock from "effect/Clock"
import type * as Effect from "effect/Effect"
import type * as Tracer from "effect/Tracer"
import type { Service } from "../../Auth.js"
import type { Policy } from "../../HttpLayer.js"
import type * as E from "../../PipedriveError.js"
import type { RateLimiter } from "../../RateLimiter.js"
import type * as Limiter from "../rateLimit/gate.js"
import type * as Meta from "../telemetry/meta.js"
import type * as Metrics from "../telemetry/metrics.js"
import type * as Exchange from "./exchange.js"
import type * as Failure from "./failure.js"

/** @internal */
export interface Sending<A> {
  readonly call: Failure.Call
  /** Path and query below the host, with headers and body, without credentials. */
  readonly request: HttpClientRequest.HttpClientRequest
  /** Whether a success is a file. */
  readonly binary: boolean
  /** Whether a body that is a stream can be sent again. */
  readonly restartable: boolean
  /** What it takes from the daily tokens. */
  readonly cost: number
  /** Whether Pipedrive's own limit for searches holds for it. */
  readonly search: boolean
  readonly meter: Metrics.Meter
  readonly span: Tracer.Span
  /** Turns a response into the value of the call, or its error. */
  readonly receive: (answer: Exchange.Received, policy: Policy) => Effect.Effect<A, E.PipedriveError>
}

/** The state of one call in progress. @internal */
export interface CallState<A> {
  readonly sending: Sending<A>
  readonly request: HttpClientRequest.HttpClientRequest
  readonly client: HttpClient.HttpClient
  readonly auth: Service
  readonly policy: Policy
  readonly limiter: RateLimiter | undefined
  readonly collector: Meta.Collector | undefined
  readonly clock: Clock.Clock
  readonly labels: Metrics.Labels
  readonly ask: Limiter.Ask
  /** When the time limit of the call began. Waits at the limiter do not count. */
  started: number
  /** When the current attempt began. */
  began: number
  /** When a part of a file moved last in this attempt, or when it began. */
  moved: number
  /** When the attempt is over, which each part of a file moves. */
  deadline: number
  tries: number
  attempts: number
  waited: number
  recovered: boolean
  /** Whether the attempt waits for `Auth`: before it was sent, or after a 401. */
  authorizing: boolean
  secrets: ReadonlyArray<string>
  /** Whether a stream body was started that cannot be sent again. */
  consumed: boolean
  gate: Limiter.Gate | undefined
  turn: number | undefined
  permit: Limiter.Permit | undefined
  answer: Exchange.Received | undefined
}
