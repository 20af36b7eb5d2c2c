/**
 * The sandbox's requests and responses, and their conversion from and to the web's `Request` and `Response`.
 */
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** A parsed request body. */
export type Body =
  | { readonly _tag: "Empty" }
  | { readonly _tag: "Json"; readonly value: unknown }
  | { readonly _tag: "Form"; readonly fields: Readonly<Record<string, string>> }
  | { readonly _tag: "Multipart"; readonly fields: Readonly<Record<string, string | File>> }
  /** A body that does not match its content type, or whose type Pipedrive does not read. */
  | { readonly _tag: "Unreadable"; readonly contentType: string }

/** A request with its parsed body. */
export interface Incoming {
  readonly method: string
  readonly url: URL
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
}

/** A response whose body is not encoded yet. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body:
    | { readonly _tag: "Json"; readonly value: unknown }
    | { readonly _tag: "Bytes"; readonly bytes: Uint8Array; readonly contentType: string; readonly name?: string }
    | { readonly _tag: "Blob"; readonly blob: Blob; readonly contentType: string; readonly name: string }
    | { readonly _tag: "Text"; readonly text: string; readonly contentType: string }
    | { readonly _tag: "Empty" }
  /** An injected failure of the transfer. */
  readonly delivery?:
    | { readonly _tag: "Refuse" }
    | { readonly _tag: "Reset" }
    | { readonly _tag: "Truncate"; readonly bytes: number }
    | { readonly _tag: "Drip"; readonly bytes: number; readonly every: Duration.DurationInput }
}

/** A JSON response. */
export const json = (status: number, value: unknown, headers?: Readonly<Record<string, string>>): Answer => ({
  status,
  body: { _tag: "Json", value },
  ...(headers === undefined ? {} : { headers })
})

/** An HTML response. */
export const html = (status: number, text: string, headers?: Readonly<Record<string, string>>): Answer => ({
  status,
  body: { _tag: "Text", text, contentType: "text/html; charset=utf-8" },
  ...(headers === undefined ? {} : { headers })
})

/** A response without a body. */
export const empty = (status: number, headers?: Readonly<Record<string, string>>): Answer => ({
  status,
  body: { _tag: "Empty" },
  ...(headers === undefined ? {} : { headers })
})

// -----------------------------------------------------------------------------
// in
// -----------------------------------------------------------------------------

const emptyBody: Body = { _tag: "Empty" }

const fromText = (text: string, contentType: string): Body => {
  if (text === "") return emptyBody
  if (contentType.startsWith("application/x-www-form-urlencoded")) {
    return { _tag: "Form", fields: Object.fromEntries(new URLSearchParams(text)) }
  }
  // a body without a type is read as JSON too, as lenient servers do
  if (contentType === "" || contentType.includes("json")) {
    try {
      return { _tag: "Json", value: JSON.parse(text) }
    } catch {
      return { _tag: "Unreadable", contentType }
    }
  }
  return { _tag: "Unreadable", contentType }
}

const fromForm = (form: FormData): Body => {
  const fields: Record<string, string | File> = {}
  form.forEach((value, key) => {
    fields[key] = value
  })
  return { _tag: "Multipart", fields }
}

const readWeb = (source: Request | Response, contentType: string): Effect.Effect<Body> =>
  contentType.startsWith("multipart/form-data")
    ? Effect.tryPromise(() => source.formData()).pipe(
        Effect.map(fromForm),
        Effect.orElseSucceed((): Body => ({ _tag: "Unreadable", contentType }))
      )
    : Effect.tryPromise(() => source.text()).pipe(
        Effect.map((text) => fromText(text, contentType)),
        Effect.orElseSucceed((): Body => ({ _tag: "Unreadable", contentType }))
      )

/** Reads a web request. */
export const fromWeb = (request: Request): Effect.Effect<Incoming> => {
  const headers: Record<string, string> = {}
  request.headers.forEach((value, name) => {
    headers[name] = value
  })
  return Effect.map(readWeb(request, headers["content-type"] ?? ""), (body) => ({
    method: request.method,
    url: new URL(request.url),
    headers,
    body
  }))
}

const decoder = new TextDecoder()

const fromClientBody = (request: HttpClientRequest.HttpClientRequest): Effect.Effect<Body> => {
  const body = request.body
  const contentType = request.headers["content-type"] ?? ("contentType" in body ? body.contentType : undefined) ?? ""
  switch (body._tag) {
    case "Empty":
      return Effect.succeed(emptyBody)
    case "Uint8Array":
      return contentType.startsWith("multipart/form-data")
        ? readWeb(new Response(body.body.slice(), { headers: { "content-type": contentType } }), contentType)
        : Effect.succeed(fromText(decoder.decode(body.body), contentType))
    case "FormData":
      return Effect.succeed(fromForm(body.formData))
    case "Raw":
      return typeof body.body === "string"
        ? Effect.succeed(fromText(body.body, contentType))
        : body.body instanceof FormData
          ? Effect.succeed(fromForm(body.body))
          : Effect.succeed<Body>({ _tag: "Unreadable", contentType })
    case "Stream":
      return Stream.runFold(body.stream, new Blob([]), (blob, chunk) => new Blob([blob, chunk.slice()])).pipe(
        Effect.flatMap((blob) =>
          readWeb(new Response(blob, { headers: { "content-type": contentType } }), contentType)
        ),
        Effect.orElseSucceed((): Body => ({ _tag: "Unreadable", contentType }))
      )
  }
}

/** Reads a request that an `HttpClient` in the same process sends. */
export const fromClient = (request: HttpClientRequest.HttpClientRequest, url: URL): Effect.Effect<Incoming> =>
  Effect.map(fromClientBody(request), (body) => ({ method: request.method, url, headers: request.headers, body }))

// -----------------------------------------------------------------------------
// out
// -----------------------------------------------------------------------------

const encoder = new TextEncoder()

const encodeBody = (body: Exclude<Answer["body"], { readonly _tag: "Blob" }>): Uint8Array | string | null => {
  switch (body._tag) {
    case "Json":
      return JSON.stringify(body.value)
    case "Text":
      return body.text
    case "Bytes":
      return body.bytes
    case "Empty":
      return null
  }
}

const headersOf = (answer: Answer): Headers => {
  const headers = new Headers(answer.headers)
  const body = answer.body
  if (body._tag === "Json" && !headers.has("content-type")) headers.set("content-type", "application/json")
  if (body._tag === "Text" || body._tag === "Bytes" || body._tag === "Blob")
    headers.set("content-type", body.contentType)
  if ((body._tag === "Bytes" || body._tag === "Blob") && body.name !== undefined) {
    headers.set("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(body.name)}`)
  }
  if (body._tag === "Empty") headers.delete("content-type")
  return headers
}

/** An error like those of a runtime's network stack. */
export const networkError = (code: string, message: string): Error => Object.assign(new Error(message), { code })

const splitBytes = (bytes: Uint8Array, size: number): ReadonlyArray<Uint8Array> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))

const sendBytes = (
  bytes: Uint8Array,
  delivery: Extract<Answer["delivery"], { readonly _tag: "Truncate" | "Drip" }>
): Stream.Stream<Uint8Array, Error> =>
  delivery._tag === "Truncate"
    ? Stream.concat(
        Stream.make(bytes.subarray(0, delivery.bytes)),
        Stream.fail(networkError("ECONNRESET", "the connection was closed before the answer was whole"))
      )
    : Stream.fromIterable(splitBytes(bytes, delivery.bytes)).pipe(
        Stream.mapEffect((piece) => Effect.as(Effect.sleep(delivery.every), piece))
      )

/** Converts to a web response; a broken connection is `Response.error()`. */
export const toWeb = (answer: Answer): Effect.Effect<Response> => {
  const { body: whole, delivery, status } = answer
  if (delivery?._tag === "Reset" || delivery?._tag === "Refuse") return Effect.sync(() => Response.error())
  const headers = headersOf(answer)
  if (whole._tag === "Blob") return Effect.succeed(new Response(whole.blob, { status, headers }))
  const body = encodeBody(whole)
  if (delivery === undefined || body === null) {
    return Effect.succeed(
      new Response(typeof body === "string" || body === null ? body : body.slice(), { status, headers })
    )
  }
  const bytes = typeof body === "string" ? encoder.encode(body) : body
  headers.set("content-length", String(bytes.length))
  return Effect.map(
    Stream.toReadableStreamEffect(sendBytes(bytes, delivery)),
    (stream) => new Response(stream, { status, headers })
  )
}
