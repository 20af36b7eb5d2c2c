/**
 * Files that are downloaded as they come: as a Stream, or to a path. The endpoint itself gives all bytes at once:
 * `Files.download({ id })`.
 *
 * @since 0.1.0
 */
import * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Endpoint from "./Endpoint.js"
import type * as Field from "./Field.js"
import * as CallSite from "./internal/callSite.js"
import { fromEither } from "./internal/effects.js"
import * as Run from "./internal/endpoint.js"
import * as Internal from "./internal/http/download.js"
import * as Streams from "./internal/streams.js"
import { isPipedriveError, type PipedriveError, TransportError } from "./PipedriveError.js"

/**
 * What may be said of a download.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Told of every part that came. When the download is repeated, it begins at 0 again. */
  readonly onProgress?: ((progress: Field.Progress) => Effect.Effect<void>) | undefined
}

/**
 * A download that has begun.
 *
 * @since 0.1.0
 * @category models
 */
export interface Opened {
  /** The file name from `Content-Disposition`, when the server told it: safe to write to disk. */
  readonly name?: string
  /** The MIME type, when the server told it. */
  readonly type?: string
  /** The number of bytes, when the server told it. */
  readonly size: number | undefined
  /** The bytes, exactly as stored. They can be read once. */
  readonly stream: Stream.Stream<Uint8Array, PipedriveError>
}

/**
 * A file that was downloaded to a path.
 *
 * @since 0.1.0
 * @category models
 */
export interface Saved {
  /** Where it is. */
  readonly path: string
  /** The file name from `Content-Disposition`, when the server told it. */
  readonly name?: string
  /** The MIME type, when the server told it. */
  readonly type?: string
  /** The number of bytes. */
  readonly size: number
}

// -----------------------------------------------------------------------------
// as a stream
// -----------------------------------------------------------------------------

/**
 * Begins a download: name, type and size are there, and the bytes come as they are read. Closing the scope closes the
 * connection. The request is repeated as that of any endpoint until the first bytes have come, and never after that: a file
 * that breaks off fails the stream.
 *
 * @example
 * ```ts
 * import { HttpServerResponse } from "@effect/platform"
 * import { Download } from "effect-pipedrive"
 * import { Files } from "effect-pipedrive/v1"
 * import { Effect } from "effect"
 *
 * // hands a file on
 * const response = Effect.map(Download.open(Files.download, { id: 9 }), ({ stream, type }) =>
 *   HttpServerResponse.stream(stream, { contentType: type })
 * )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const open = <I>(
  endpoint: Endpoint.Call<I, Field.Download>,
  input: I,
  options: Options = {}
): Effect.Effect<Opened, PipedriveError, Endpoint.Requirements | Scope.Scope> =>
  openFrom(CallSite.capture(), endpoint, input, options)

const openFrom = <I>(
  site: CallSite.CallSite,
  endpoint: Endpoint.Call<I, Field.Download>,
  input: I,
  options: Options
): Effect.Effect<Opened, PipedriveError, Endpoint.Requirements | Scope.Scope> =>
  Effect.flatMap(Effect.scope, (outer) =>
    Run.consume(endpoint, input, site, (file) =>
      // until the first bytes are here the call may be repeated
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(Scope.fork(outer, ExecutionStrategy.sequential), (own) =>
          Effect.map(
            Effect.onError(restore(Streams.begin(told(file, options), own)), () => Scope.close(own, Exit.void)),
            (stream) => ({ ...about(file), size: file.size, stream: once(endpoint.endpoint, stream) })
          )
        )
      )
    )
  )

/**
 * A download as a Stream of bytes, which begins one each time it is run; its connection is closed with it. No more of the file
 * is in memory than what is on its way.
 *
 * @example
 * ```ts
 * import { Download } from "effect-pipedrive"
 * import { Files } from "effect-pipedrive/v1"
 * import { Stream } from "effect"
 *
 * const lines = Download.stream(Files.download, { id: 9 }).pipe(Stream.decodeText(), Stream.splitLines)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const stream = <I>(
  endpoint: Endpoint.Call<I, Field.Download>,
  input: I,
  options: Options = {}
): Stream.Stream<Uint8Array, PipedriveError, Endpoint.Requirements> => {
  const site = CallSite.capture()
  return Stream.unwrapScoped(Effect.map(openFrom(site, endpoint, input, options), (opened) => opened.stream))
}

/** A second reader would get the rest for the whole. */
const once = (
  { method, name, path, version }: { readonly [K in "method" | "name" | "path" | "version"]: string },
  file: Opened["stream"]
): Opened["stream"] => {
  let isRead = false
  return Stream.suspend(() => {
    if (!isRead) {
      isRead = true
      return file
    }
    const description = "its bytes were read already: `Download.stream` begins a download each time it is run"
    const call = { endpoint: `${version}.${name}`, method, path: `/api/${version}${path}`, attempts: 1 }
    return Stream.fail(new TransportError({ ...call, phase: "receive", description }))
  })
}

const about = ({ name, type }: Internal.Incoming) => ({
  ...(name === undefined ? {} : { name }),
  ...(type === undefined ? {} : { type })
})

const told = ({ size, stream }: Internal.Incoming, { onProgress }: Options): Internal.Incoming["stream"] => {
  if (onProgress === undefined) return stream
  return Stream.suspend(() => {
    let bytes = 0
    return Stream.tap(stream, (part) => {
      bytes += part.length
      return onProgress({ bytes, total: size })
    })
  })
}

// -----------------------------------------------------------------------------
// to disk
// -----------------------------------------------------------------------------

/**
 * Downloads to a path. The file is written beside it and renamed when it is whole: at the path is the whole file, or what was
 * there before. The whole download may be repeated, as any other GET; where it fails or is interrupted nothing is left.
 *
 * @example
 * ```ts
 * import { NodeFileSystem } from "@effect/platform-node"
 * import { Download, PipedriveLive } from "effect-pipedrive"
 * import { Files } from "effect-pipedrive/v1"
 * import { Effect } from "effect"
 *
 * const program = Download.toPath(Files.download, { id: 9 }, "offer.pdf").pipe(
 *   Effect.provide([NodeFileSystem.layer, PipedriveLive])
 * )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const toPath = <I>(
  endpoint: Endpoint.Call<I, Field.Download>,
  input: I,
  path: string,
  options: Options = {}
): Effect.Effect<
  Saved,
  PipedriveError | PlatformError.PlatformError,
  Endpoint.Requirements | FileSystem.FileSystem
> => {
  const site = CallSite.capture()
  return Effect.flatMap(FileSystem.FileSystem, (fs) =>
    Effect.zipRight(
      refuseFolder(fs, path),
      save(fs, path, { endpoint, input, options, site }, (temporary) => Effect.as(fs.rename(temporary, path), path))
    )
  )
}

/**
 * Downloads into a folder, under the name that the server told, made safe, or else as `download`. A file that is there
 * already is left alone: the new one becomes `offer (1).pdf`. Otherwise like {@link toPath}.
 *
 * @since 0.1.0
 * @category combinators
 */
export const toFolder = <I>(
  endpoint: Endpoint.Call<I, Field.Download>,
  input: I,
  folder: string,
  options: Options = {}
): Effect.Effect<
  Saved,
  PipedriveError | PlatformError.PlatformError,
  Endpoint.Requirements | FileSystem.FileSystem
> => {
  const site = CallSite.capture()
  return Effect.flatMap(FileSystem.FileSystem, (fs) => {
    const within = /[/\\]$/.test(folder) ? folder : `${folder}/`
    return save(fs, `${within}download`, { endpoint, input, options, site }, (temporary, name = "download") =>
      Effect.flatMap(claim(fs, within, name, 0), (path) =>
        Effect.as(
          Effect.tapError(fs.rename(temporary, path), () => remove(fs, path)),
          path
        )
      )
    )
  })
}

const refuseFolder = (fs: FileSystem.FileSystem, path: string): Effect.Effect<void, PlatformError.PlatformError> =>
  Effect.flatMap(Effect.option(fs.stat(path)), (found) =>
    Option.isSome(found) && found.value.type === "Directory"
      ? Effect.fail(
          new PlatformError.BadArgument({
            module: "FileSystem",
            method: "Download.toPath",
            description: `${path} is a folder: give the path of a file, or use Download.toFolder`
          })
        )
      : Effect.void
  )

const remove = (fs: FileSystem.FileSystem, path: string): Effect.Effect<void> =>
  Effect.ignore(fs.remove(path, { force: true }))

/** Bytes of a name: the ending of the temporary file, and a number, are to find room beside it. */
const longestName = 220

/** A path that nobody else has, not even a download at the same time: the empty file there is ours. */
const claim = (
  fs: FileSystem.FileSystem,
  folder: string,
  name: string,
  nth: number
): Effect.Effect<string, PlatformError.PlatformError> => {
  const short = Internal.shortened(name, longestName)
  const dot = short.lastIndexOf(".")
  const [stem, extension] = dot > 0 ? [short.slice(0, dot), short.slice(dot)] : [short, ""]
  const path = `${folder}${nth === 0 ? short : `${stem} (${nth})${extension}`}`
  return Effect.scoped(fs.open(path, { flag: "wx" })).pipe(
    Effect.as(path),
    Effect.catchIf(
      (error) => error._tag === "SystemError" && error.reason === "AlreadyExists",
      () => claim(fs, folder, name, nth + 1)
    )
  )
}

interface Asked<I> {
  readonly endpoint: Endpoint.Call<I, Field.Download>
  readonly input: I
  readonly options: Options
  readonly site: CallSite.CallSite
}

const save = <I>(
  fs: FileSystem.FileSystem,
  path: string,
  { endpoint, input, options, site }: Asked<I>,
  finish: (temporary: string, name: string | undefined) => Effect.Effect<string, PlatformError.PlatformError>
): Effect.Effect<Saved, PipedriveError | PlatformError.PlatformError, Endpoint.Requirements> =>
  Effect.suspend(() => {
    const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}.part`
    const download = Effect.scoped(
      Effect.flatMap(fs.open(temporary, { flag: "wx" }), (handle) =>
        Run.consume(endpoint, input, site, (file) => write(handle, told(file, options), about(file)))
      )
    )
    const whole = Effect.flatMap(Effect.flatMap(download, fromEither), ({ about, size }) =>
      Effect.uninterruptible(Effect.map(finish(temporary, about.name), (path): Saved => ({ path, ...about, size })))
    )
    return Effect.onExit(whole, (exit) => (Exit.isSuccess(exit) ? Effect.void : remove(fs, temporary)))
  })

interface Written {
  readonly about: { readonly name?: string; readonly type?: string }
  readonly size: number
}

/**
 * Writes a file from its start, whatever an attempt before has written. That the disk is full is no reason to ask for it again:
 * errors of the file system are a success of the call.
 */
const write = (
  handle: FileSystem.File,
  file: Internal.Incoming["stream"],
  about: Written["about"]
): Effect.Effect<Either.Either<Written, PlatformError.PlatformError>, PipedriveError> =>
  Effect.suspend(() => {
    let size = 0
    const rewind = Effect.zipRight(handle.truncate(0), handle.seek(0n, "start"))
    const writeAll = (parts: Iterable<Uint8Array>) => {
      // not before the first part is here: a body that breaks while nobody reads it is an empty one to some transports
      const ready = size === 0 ? rewind : Effect.void
      const written = Effect.forEach(parts, (part) => handle.writeAll(part), { discard: true })
      for (const part of parts) size += part.length
      return Effect.zipRight(ready, written)
    }
    return Stream.runForEachChunk(file, writeAll).pipe(
      Effect.zipRight(Effect.suspend(() => (size === 0 ? rewind : Effect.void))),
      Effect.zipRight(handle.sync),
      Effect.map(() => Either.right({ about, size })),
      Effect.catchAll((error) => (isPipedriveError(error) ? Effect.fail(error) : Effect.succeed(Either.left(error))))
    )
  })
