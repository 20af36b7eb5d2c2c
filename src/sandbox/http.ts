/**
 * Requests and answers as the sandbox sees them, and how they come from and go to the web's `Request` and `Response`.
 *
 * @internal
 */
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** What came with a request. */
export type Body =
  | { readonly _tag: "Empty" }
  | { readonly _tag: "Json"; readonly value: unknown }
  | { readonly _tag: "Form"; readonly fields: Readonly<Record<string, string>> }
  | { readonly _tag: "Multipart"; readonly fields: Readonly<Record<string, string | File>> }
  /** Bytes that are not what the content type says, or of a type that Pipedrive does not read. */
  | { readonly _tag: "Unreadable"; readonly contentType: string }

/** A request, its body read. */
export interface Incoming {
  readonly method: string
  readonly url: URL
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
}

/** An answer, its body not yet written out. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body:
    | { readonly _tag: "Json"; readonly value: unknown }
    | { readonly _tag: "Bytes"; readonly bytes: Uint8Array; readonly contentType: string; readonly name?: string }
    | { readonly _tag: "Text"; readonly text: string; readonly contentType: string }
    | { readonly _tag: "Empty" }
}

/** An answer of JSON. */
export const json = (status: number, value: unknown, headers?: Readonly<Record<string, string>>): Answer => ({
  status,
  body: { _tag: "Json", value },
  ...(headers === undefined ? {} : { headers })
})

/** A page of HTML. */
export const html = (status: number, text: string, headers?: Readonly<Record<string, string>>): Answer => ({
  status,
  body: { _tag: "Text", text, contentType: "text/html; charset=utf-8" },
  ...(headers === undefined ? {} : { headers })
})

/** An answer without a body. */
export const empty = (status: number, headers?: Readonly<Record<string, string>>): Answer => ({
  status,
  body: { _tag: "Empty" },
  ...(headers === undefined ? {} : { headers })
})

// -----------------------------------------------------------------------------
// in
// -----------------------------------------------------------------------------

const nothing: Body = { _tag: "Empty" }

const fromText = (text: string, contentType: string): Body => {
  if (text === "") return nothing
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
  const contentType = request.headers["content-type"] ?? body.contentType ?? ""
  switch (body._tag) {
    case "Empty":
      return Effect.succeed(nothing)
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

/** Writes an answer as a web response. */
export const toWeb = (answer: Answer): Response => {
  const headers = new Headers(answer.headers)
  const body = answer.body
  switch (body._tag) {
    case "Json":
      if (!headers.has("content-type")) headers.set("content-type", "application/json")
      return new Response(JSON.stringify(body.value), { status: answer.status, headers })
    case "Text":
      headers.set("content-type", body.contentType)
      return new Response(body.text, { status: answer.status, headers })
    case "Bytes":
      headers.set("content-type", body.contentType)
      if (body.name !== undefined) {
        headers.set("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(body.name)}`)
      }
      return new Response(body.bytes.slice(), { status: answer.status, headers })
    case "Empty":
      return new Response(null, { status: answer.status, headers })
  }
}
