/**
 * Bytes and files of any realm: `instanceof` works for one realm only, and a test runner, a frame or a sandbox has another.
 */

const tag = (u: unknown): string => Object.prototype.toString.call(u).slice(8, -1)

/** @internal */
export const isBlob = (u: unknown): u is Blob =>
  /^(Blob|File)$/.test(tag(u)) && typeof (u as Blob).size === "number" && typeof (u as Blob).type === "string"

/**
 * A Blob under another type. One that is of no class of ours must not become a part of a new one, which would hold the words
 * `[object Blob]` in place of its bytes.
 *
 * @internal
 */
export const retyped = (blob: Blob, type: string): Blob => {
  if (isOurs(blob)) return new Blob([blob], { type })
  const { size } = blob
  return {
    size,
    type,
    arrayBuffer: () => blob.arrayBuffer(),
    bytes: () => blob.bytes(),
    slice: (...range) => blob.slice(...range),
    stream: () => blob.stream(),
    text: () => blob.text(),
    ...{ [Symbol.toStringTag]: "Blob" }
  }
}

/** The runtime's own accessor takes no other Blob. */
const isOurs = (blob: Blob): boolean => {
  try {
    return Object.getOwnPropertyDescriptor(Blob.prototype, "size")?.get?.call(blob) === blob.size
  } catch {
    return false
  }
}

/** @internal */
export const isFile = (u: unknown): u is File => isBlob(u) && typeof (u as File).name === "string"

const isBuffer = (u: unknown): u is ArrayBuffer =>
  /^(Shared)?ArrayBuffer$/.test(tag(u)) && typeof (u as ArrayBuffer).byteLength === "number"

/** @internal */
export const isBytes = (u: unknown): u is ArrayBuffer | ArrayBufferView => ArrayBuffer.isView(u) || isBuffer(u)

/** The bytes of a view or buffer, in an array of this realm. @internal */
export const toArray = (bytes: ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes)
  )
