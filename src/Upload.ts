/**
 * Files to upload. Every input that takes a file takes bytes (a `Uint8Array`, any other view, an `ArrayBuffer`), a `Blob`, a
 * `File`, or `{ content, name }`, whose content may also be a Stream; here they are made of what is not in memory.
 *
 * @since 0.1.0
 */
import * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import type { NamedFile, Progress, Upload } from "./Field.js"
import * as Bytes from "./internal/schema/bytes.js"

/**
 * What may be said of a file on disk.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The name under which it is sent. @default the last part of the path */
  readonly name?: string | undefined
  /** Its MIME type. @default that of the extension of its name, or else "application/octet-stream" */
  readonly type?: string | undefined
  /** Told of every part that was handed to the transport. When the request is sent again, it begins at 0 again. */
  readonly onProgress?: ((progress: Progress) => Effect.Effect<void>) | undefined
}

/**
 * A file on disk. It is opened when the request is sent, read as fast as that takes it, and never held as a whole; the request
 * is sent again where that of bytes would be. One that is not there, or no file, fails here; one whose length has changed
 * when it is sent fails the call with a `TransportError` of phase `body`.
 *
 * @example
 * ```ts
 * import { NodeFileSystem } from "@effect/platform-node"
 * import { PipedriveLive, Upload } from "effect-pipedrive"
 * import { Files } from "effect-pipedrive/v1"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function* () {
 *   const file = yield* Upload.fromPath("reports/2026.pdf")
 *   return yield* Files.add({ file, deal_id: 42 })
 * }).pipe(Effect.provide([NodeFileSystem.layer, PipedriveLive]))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromPath = (
  path: string,
  options: Options = {}
): Effect.Effect<NamedFile, PlatformError.PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const { size, type: kind } = yield* fs.stat(path)
    if (kind !== "File") {
      return yield* new PlatformError.BadArgument({
        module: "FileSystem",
        method: "Upload.fromPath",
        description: `${path} is no file, but a ${kind}`
      })
    }
    const { name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1), onProgress, type } = options
    return {
      content: fs.stream(path, { chunkSize: 64 * 1024 }),
      name,
      size: Number(size),
      restartable: true,
      ...(type === undefined ? {} : { type }),
      ...(onProgress === undefined ? {} : { onProgress })
    }
  })

/**
 * The same file, which tells how far it is: bytes that were handed to the transport, of how many. A bare `Blob` or bytes are
 * sent under the name `file`, as without it.
 *
 * @example
 * ```ts
 * import { Upload } from "effect-pipedrive"
 * import { Products } from "effect-pipedrive/v2"
 * import { Effect } from "effect"
 *
 * const image = new File(["..."], "desk.png", { type: "image/png" })
 * const program = Products.uploadImage({
 *   id: 1,
 *   data: Upload.withProgress(image, ({ bytes, total }) => Effect.log(`${bytes} of ${total}`))
 * })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const withProgress: {
  (onProgress: (progress: Progress) => Effect.Effect<void>): (self: Upload) => NamedFile
  (self: Upload, onProgress: (progress: Progress) => Effect.Effect<void>): NamedFile
} = /*#__PURE__*/ dual(2, (self: Upload, onProgress: (progress: Progress) => Effect.Effect<void>): NamedFile => {
  if (Bytes.isFile(self)) return { content: self, name: self.name, type: typeOf(self), onProgress }
  if (Bytes.isBlob(self)) return { content: self, name: "file", type: typeOf(self), onProgress }
  return Bytes.isBytes(self) ? { content: self, name: "file", onProgress } : { ...self, onProgress }
})

/** What is sent of a `Blob` as it is: nothing is derived from its name. */
const typeOf = ({ type }: Blob): string => (type === "" ? "application/octet-stream" : type)
