/**
 * What the sandbox's tests share: requests by hand, and the endpoints by name.
 */
import * as Effect from "effect/Effect"
import * as Sandbox from "effect-pipedrive/sandbox"
import { endpoints } from "../../src/sandbox/http/routes.js"

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: any
}

/** Sends a request with the sandbox's own token. */
export const send =
  (sandbox: Sandbox.Service) =>
  (
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {}
  ): Effect.Effect<Reply> =>
    Effect.gen(function* () {
      const response = yield* sandbox.fetch(
        new Request(`${sandbox.baseUrl}${path}`, {
          method,
          headers: {
            "x-api-token": sandbox.token,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
            ...headers
          },
          ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) })
        })
      )
      const text = yield* Effect.promise(() => response.text())
      return {
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: /json/.test(response.headers.get("content-type") ?? "") ? JSON.parse(text) : text
      }
    })

/** A world, and how to ask it. */
export const world = (options: Sandbox.Options = {}) =>
  Effect.map(Sandbox.make(options), (sandbox) => ({ sandbox, send: send(sandbox) }))

/** All descriptions. */
export const all = endpoints()

/** The description with that version and official name. */
export const described = (name: string) => {
  const found = all.find((endpoint) => `${endpoint.version}.${endpoint.operation}` === name)
  if (found === undefined) throw new Error(`no endpoint ${name}`)
  return found
}
