/**
 * Forms with files, as RFC 7578 and browsers write them. Small ones are bytes; large ones are a stream, of which no more than
 * a part is held at once.
 */
import * as HttpBody from "@effect/platform/HttpBody"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Progress } from "../../Field.js"
import * as Bytes from "../schema/bytes.js"
import * as Body from "./body.js"

/** @internal */
export interface FilePart {
  readonly key: string
  readonly name: string
  readonly type: string
  readonly content: Uint8Array | Blob | Stream.Stream<Uint8Array, unknown>
  readonly size: number | undefined
  /** Whether the content is the same each time it is read. */
  readonly restartable: boolean
  readonly onProgress: ((progress: Progress) => Effect.Effect<void>) | undefined
}

/** @internal */
export interface TextPart {
  readonly key: string
  readonly text: string
}

/** @internal */
export interface Form {
  readonly _tag: "Form"
  readonly parts: ReadonlyArray<FilePart | TextPart>
}

/** A form as it is sent. @internal */
export interface Outgoing {
  readonly body: HttpBody.HttpBody
  /** Whether it can be sent again. */
  readonly restartable: boolean
}

/** Why a form could not be read. @internal */
export type Fault =
  | { readonly _tag: "Unreadable"; readonly cause: unknown }
  | { readonly _tag: "Unsendable"; readonly key: string; readonly message: string }

// -----------------------------------------------------------------------------
// the text around the content
// -----------------------------------------------------------------------------

/** Unpredictable, so that no content can end its part. */
const newBoundary = (): string =>
  `----effect-pipedrive-${Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")}`

/**
 * A quoted name. Browsers percent-encode quotes and line breaks; we do the same to all control characters, and to the
 * backslash, which some servers read as an escape.
 */
const quoted = (text: string): string => `"${text.replace(/["\\\p{Cc}]/gu, encodeURIComponent)}"`

const encoder = /*#__PURE__*/ new TextEncoder()

const headOf = (part: FilePart | TextPart, boundary: string): Uint8Array =>
  encoder.encode(
    "text" in part
      ? // line breaks are sent as browsers do
        `--${boundary}\r\nContent-Disposition: form-data; name=${quoted(part.key)}\r\n\r\n${part.text.replace(/\r\n?|\n/g, "\r\n")}\r\n`
      : `--${boundary}\r\nContent-Disposition: form-data; name=${quoted(part.key)}; filename=${quoted(part.name)}\r\nContent-Type: ${part.type}\r\n\r\n`
  )

// -----------------------------------------------------------------------------
// the content
// -----------------------------------------------------------------------------

const sliceSize = 64 * 1024

const slices = (bytes: Uint8Array): Stream.Stream<Uint8Array> =>
  Stream.unfold(0, (at) =>
    at < bytes.length ? Option.some([bytes.subarray(at, at + sliceSize), at + sliceSize] as const) : Option.none()
  )

const bytesOf = ({ content }: FilePart): Stream.Stream<unknown, unknown> =>
  content instanceof Uint8Array
    ? slices(content)
    : Bytes.isBlob(content)
      ? Stream.suspend(() => Stream.fromReadableStream(() => content.stream(), identity))
      : content

/** The content, as long as it was said to be, or an error. */
const checked = (part: FilePart): Stream.Stream<Uint8Array, unknown> =>
  Stream.suspend(() => {
    const { name, onProgress, size } = part
    let count = 0
    const wrong = (said: string) => Effect.fail(new Error(`${name}: ${said}`))
    // `Stream.mapEffect` would bring what runs many at a time: 1 kB of a bundle
    const given = Stream.flatMap(bytesOf(part), (chunk): Stream.Stream<Uint8Array, unknown> => {
      if (!Bytes.isBytes(chunk)) return Stream.fromEffect(wrong(`its stream gave a ${typeof chunk}, which is no bytes`))
      const bytes = Bytes.view(chunk)
      count += bytes.length
      if (size !== undefined && count > size)
        return Stream.fromEffect(wrong(`there are more than the ${size} bytes that were told`))
      return onProgress === undefined
        ? Stream.succeed(bytes)
        : Stream.fromEffect(Effect.as(onProgress({ bytes: count, total: size }), bytes))
    })
    const end = Effect.suspend(() =>
      size === undefined || count === size
        ? Effect.void
        : wrong(`there are ${count} of the ${size} bytes that were told`)
    )
    return Stream.concat(given, Stream.execute(end))
  })

/** Smaller Blobs are read first: their form is then bytes, like any other small request. */
const smallBlob = 1024 * 1024

/** The most that is held of a stream where the runtime cannot send one: in a browser. */
const browserLimit = 64 * 1024 * 1024

const readBlobs = (form: Form): Effect.Effect<Form, Fault> =>
  Effect.map(
    Effect.forEach(form.parts, (part) =>
      "text" in part || !Bytes.isBlob(part.content) || part.content.size > smallBlob || part.onProgress !== undefined
        ? Effect.succeed(part)
        : Effect.map(readBlob(part.content), (content): FilePart => ({ ...part, content, size: content.length }))
    ),
    (parts): Form => ({ _tag: "Form", parts })
  )

const readBlob = (blob: Blob): Effect.Effect<Uint8Array, Fault> =>
  Effect.tryPromise({
    try: async () => new Uint8Array(await blob.arrayBuffer()),
    catch: (cause): Fault => ({ _tag: "Unreadable", cause })
  })

// -----------------------------------------------------------------------------
// forms
// -----------------------------------------------------------------------------

/** @internal */
export const isForm = (body: HttpBody.HttpBody | Form): body is Form => body._tag === "Form"

/** The body of a form. @internal */
export const toBody = (form: Form): Effect.Effect<Outgoing, Fault> =>
  Effect.flatMap(readBlobs(form), (read) => {
    const boundary = newBoundary()
    const contentType = `multipart/form-data; boundary=${boundary}`
    const end = encoder.encode(`--${boundary}--\r\n`)
    const pieces = read.parts.flatMap((part): ReadonlyArray<Uint8Array | FilePart> => {
      const head = headOf(part, boundary)
      return "text" in part ? [head] : [head, isWhole(part) ? part.content : part, lineBreak()]
    })
    const whole = [...pieces, end]
    if (whole.every((piece) => piece instanceof Uint8Array)) {
      return Effect.succeed({ body: HttpBody.uint8Array(joined(whole), contentType), restartable: true })
    }
    const files = whole.flatMap((piece) => (piece instanceof Uint8Array ? [] : [piece]))
    const restartable = files.every((file) => file.restartable)
    const stream = whole.reduce<Stream.Stream<Uint8Array, unknown>>(
      (before, piece) => Stream.concat(before, piece instanceof Uint8Array ? Stream.make(piece) : checked(piece)),
      Stream.empty
    )
    if (Body.isBrowser) return inBrowser(read, files, stream, contentType)
    return Effect.succeed({ body: HttpBody.stream(stream, contentType, lengthOf(whole)), restartable })
  })

/** Progress is told of slices. */
const isWhole = (part: FilePart): part is FilePart & { readonly content: Uint8Array } =>
  part.content instanceof Uint8Array && part.onProgress === undefined

const lineBreak = () => encoder.encode("\r\n")

const lengthOf = (pieces: ReadonlyArray<Uint8Array | FilePart>): number | undefined => {
  let length = 0
  for (const piece of pieces) {
    const own = piece instanceof Uint8Array ? piece.length : piece.size
    if (own === undefined) return undefined
    length += own
  }
  return length
}

const joined = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const collected = Body.collect(Number.POSITIVE_INFINITY)
  for (const piece of pieces) collected.add(piece)
  return collected.bytes()
}

/** A browser sends no streams over HTTP/1.1, but Blobs from where they lie. */
const inBrowser = (
  { parts }: Form,
  files: ReadonlyArray<FilePart>,
  stream: Stream.Stream<Uint8Array, unknown>,
  contentType: string
): Effect.Effect<Outgoing, Fault> => {
  if (files.every(({ content }) => Bytes.isBlob(content))) {
    return Effect.sync(() => {
      const data = new FormData()
      for (const part of parts) {
        if ("text" in part) data.append(part.key, part.text)
        else data.append(part.key, new Blob([part.content as BlobPart], { type: part.type }), part.name)
      }
      return { body: HttpBody.formData(data), restartable: true }
    })
  }
  const [first] = files
  return Effect.flatMap(
    Effect.catchAllCause(Body.whole(stream, browserLimit), (cause) => unreadable(Cause.squash(cause))),
    (bytes): Effect.Effect<Outgoing, Fault> =>
      bytes !== undefined
        ? Effect.succeed({ body: HttpBody.uint8Array(bytes, contentType), restartable: true })
        : Effect.fail({
            _tag: "Unsendable",
            key: first?.key ?? "",
            message: `is a stream of more than ${browserLimit} bytes, and a browser sends none: give a Blob or a File`
          })
  )
}

const unreadable = (cause: unknown): Effect.Effect<never, Fault> => Effect.fail({ _tag: "Unreadable", cause })
