/**
 * Responses that a test defines.
 */
import type { Description } from "../../Endpoint.js"
import { isRecord } from "../model/view.js"
import type { Call } from "./call.js"
import { type Answer, json } from "./messages.js"
import { synthesize } from "./synthesize.js"

/**
 * A value with some of its fields. Lists have all items, each with some of its fields.
 *
 * @since 0.1.0
 * @category models
 */
export type Partially<A> =
  A extends ReadonlyArray<infer Item>
    ? ReadonlyArray<Partially<Item>>
    : A extends object
      ? { readonly [K in keyof A]?: Partially<A[K]> | undefined }
      : A

/** An endpoint, as far as replies need it. */
export interface Endpoint<in out I, in out A> {
  readonly endpoint: Description<I, A>
}

/**
 * A fixed response of an endpoint: see {@link reply} and {@link refuse}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Reply {
  readonly _tag: "SandboxReply"
  /** The endpoint: `v2.Deals.get`. */
  readonly name: string
  /** @internal */
  readonly answer: (call: Call) => Answer
}

const isFunction = (value: unknown): value is (input: unknown) => unknown => typeof value === "function"

const nameOf = <I, A>({ endpoint }: Endpoint<I, A>): string => `${endpoint.version}.${endpoint.name}`

/**
 * Defines the response of an endpoint. Missing fields are filled in with samples, so the response is complete. A function gets
 * the input of the request.
 *
 * @example
 * ```ts
 * import * as Sandbox from "effect-pipedrive/sandbox"
 * import { Deals } from "effect-pipedrive/v2"
 * import { Effect } from "effect"
 *
 * const program = Deals.get({ id: 42 }).pipe(
 *   Effect.provide(Sandbox.layerReplies(Sandbox.reply(Deals.get, ({ id }) => ({ data: { id, title: "Forty desks" } }))))
 * )
 * ```
 *
 * @since 0.1.0
 * @category replies
 */
export const reply = <I, A>(endpoint: Endpoint<I, A>, answer: Partially<A> | ((input: I) => Partially<A>)): Reply => ({
  _tag: "SandboxReply",
  name: nameOf(endpoint),
  answer: (call) => {
    const given: unknown = isFunction(answer) ? answer({ ...call.path, ...call.query, ...call.body }) : answer
    const sample = synthesize(call)
    return sample.body._tag === "Json" && isRecord(given)
      ? json(sample.status, fill(sample.body.value, given))
      : json(sample.status, given)
  }
})

/**
 * Lets an endpoint fail with a status, in Pipedrive's error format.
 *
 * @since 0.1.0
 * @category replies
 */
export const refuse = <I, A>(
  endpoint: Endpoint<I, A>,
  status: number,
  body: Readonly<Record<string, unknown>> = {}
): Reply => ({
  _tag: "SandboxReply",
  name: nameOf(endpoint),
  answer: () => json(status, { success: false, error: "Refused by a reply of the sandbox", ...body })
})

/** Merges given fields into a sample; each item of a list is merged into its own sample. */
const fill = (sample: unknown, given: unknown): unknown => {
  if (Array.isArray(given)) return given.map((one) => fill(Array.isArray(sample) ? sample[0] : undefined, one))
  if (!isRecord(given) || !isRecord(sample)) return given
  const out: Record<string, unknown> = { ...sample }
  for (const [key, value] of Object.entries(given)) if (value !== undefined) out[key] = fill(sample[key], value)
  return out
}

/** The response of an endpoint without a reply, if there are only replies. */
export const noReply = (name: string): Answer =>
  json(501, {
    success: false,
    error: `No reply is laid down for ${name}`,
    error_info: "Give Sandbox.layerReplies a Sandbox.reply for it"
  })
