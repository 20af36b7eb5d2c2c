/** A fake transport: what was asked is kept, what is answered is given. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Auth } from "effect-pipedrive"
import type { Requirements } from "effect-pipedrive/Endpoint"

export interface Seen {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | FormData | undefined
}

/** What to answer: a response, a fault of the transport, or silence. */
export type Answer = Response | { readonly fault: unknown } | "hang"

export interface Fake {
  readonly seen: Array<Seen>
  readonly layer: Layer.Layer<HttpClient.HttpClient>
  /** The transport and an API token, `SECRET`. */
  readonly live: Layer.Layer<Requirements>
}

const bodyOf = ({ body }: HttpClientRequest.HttpClientRequest): Effect.Effect<string | FormData | undefined> => {
  if (body._tag !== "Uint8Array") return Effect.succeed(undefined)
  const { body: bytes, contentType } = body
  return contentType.startsWith("multipart/form-data")
    ? Effect.promise(() => new Response(bytes.slice(), { headers: { "content-type": contentType } }).formData())
    : Effect.succeed(new TextDecoder().decode(bytes))
}

/** Answers the nth request with the nth answer, and all later ones with the last. */
export const make = (...answers: ReadonlyArray<Answer | ((seen: Seen) => Answer)>): Fake => {
  const seen: Array<Seen> = []
  const client = HttpClient.make((request, url) =>
    Effect.flatMap(bodyOf(request), (body) => {
      const one: Seen = {
        method: request.method,
        path: url.pathname + url.search,
        url,
        headers: { ...request.headers },
        body
      }
      seen.push(one)
      const next = answers[Math.min(seen.length, answers.length) - 1] ?? ok([])
      const answer = typeof next === "function" ? next(one) : next
      if (answer === "hang") return Effect.never
      // a clone shares its body, and could not be cancelled alone: what a function answers is taken as it is
      return answer instanceof Response
        ? Effect.succeed(HttpClientResponse.fromWeb(request, typeof next === "function" ? answer : answer.clone()))
        : Effect.fail(new HttpClientError.RequestError({ request, reason: "Transport", cause: answer.fault }))
    })
  )
  const layer = Layer.succeed(HttpClient.HttpClient, client)
  return { seen, layer, live: Layer.merge(Layer.orDie(Auth.apiKey("SECRET")), layer) }
}

export const ok = (data: unknown, extra: object = {}): Response => Response.json({ success: true, data, ...extra })

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  Response.json(body, { status, headers })

export const text = (status: number, body: string, type = "text/html"): Response =>
  new Response(body, { status, headers: { "content-type": type } })
