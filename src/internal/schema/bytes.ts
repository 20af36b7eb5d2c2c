/**
 * Bytes and files, whatever realm made them: `instanceof` knows those of one realm only, and a test runner, a frame or a
 * sandbox has another.
 */

const tag = (u: unknown): string => Object.prototype.toString.call(u).slice(8, -1)

/** @internal */
export const isBlob = (u: unknown): u is Blob =>
  typeof u === "object" &&
  u !== null &&
  /^(Blob|File)$/.test(tag(u)) &&
  typeof (u as Blob).size === "number" &&
  typeof (u as Blob).type === "string"

/** @internal */
export const isFile = (u: unknown): u is File => isBlob(u) && typeof (u as File).name === "string"

const isBuffer = (u: unknown): u is ArrayBuffer =>
  typeof u === "object" && u !== null && /^(Shared)?ArrayBuffer$/.test(tag(u)) && "byteLength" in u

/** @internal */
export const isBytes = (u: unknown): u is ArrayBuffer | ArrayBufferView => ArrayBuffer.isView(u) || isBuffer(u)

/** Those that a view shows and no more of its buffer, in an array of this realm. @internal */
export const toArray = (bytes: ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes)
  )
