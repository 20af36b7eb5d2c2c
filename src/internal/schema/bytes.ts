/**
 * Bytes and files of any realm: `instanceof` works for one realm only, and a test runner, a frame or a sandbox has another.
 */

const tag = (u: unknown): string => Object.prototype.toString.call(u).slice(8, -1)

/** @internal */
export const isBlob = (u: unknown): u is Blob =>
  /^(Blob|File)$/.test(tag(u)) && typeof (u as Blob).size === "number" && typeof (u as Blob).type === "string"

/** @internal */
export const isFile = (u: unknown): u is File => isBlob(u) && typeof (u as File).name === "string"

const isBuffer = (u: unknown): u is ArrayBuffer =>
  /^(Shared)?ArrayBuffer$/.test(tag(u)) && typeof (u as ArrayBuffer).byteLength === "number"

/** @internal */
export const isBytes = (u: unknown): u is ArrayBuffer | ArrayBufferView => ArrayBuffer.isView(u) || isBuffer(u)

/** The bytes of a view or buffer, as an array of this realm over the same memory. @internal */
export const view = (bytes: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes)
