/**
 * Files to upload: what is one, and what is sent of it.
 */
import * as Stream from "effect/Stream"
import type { NamedFile, Upload } from "../../Field.js"
import type * as Multipart from "../http/multipart.js"
import * as Bytes from "./bytes.js"

const isStream = (u: unknown): u is Stream.Stream<Uint8Array, unknown> =>
  typeof u === "object" && u !== null && Stream.StreamTypeId in u

/** A stream of the web or of Node. */
const isForeignStream = (u: object): boolean =>
  ("getReader" in u && typeof u.getReader === "function") || ("pipe" in u && "readable" in u)

const isContent = (u: unknown): u is NamedFile["content"] => Bytes.isBlob(u) || Bytes.isBytes(u) || isStream(u)

const wanted =
  "is not a file: give a File, a Blob, bytes, or { content, name } (a path or text is not a file; `Upload.fromPath` makes one)"

const parts: Readonly<Record<keyof NamedFile, true>> = {
  content: true,
  name: true,
  type: true,
  size: true,
  restartable: true,
  onProgress: true
}

/** Why something is no file to upload. @internal */
export const fault = (u: unknown): string | undefined => {
  if (Bytes.isBlob(u)) return blobFault(u)
  if (Bytes.isBytes(u)) return undefined
  if (isStream(u)) return "is a Stream without a name: give { content, name }"
  if (typeof u !== "object" || u === null) return wanted
  const foreign = "is a stream that is none of Effect's: give { content: Stream.fromReadableStream(...), name }"
  if (isForeignStream(u)) return foreign
  if (!("content" in u)) return wanted
  const { content, name, onProgress, restartable, size, type } = u as Readonly<Record<keyof NamedFile, unknown>>
  if (!isContent(content)) return typeof content === "object" && content && isForeignStream(content) ? foreign : wanted
  const unsent = Bytes.isBlob(content) ? blobFault(content) : undefined
  if (unsent !== undefined) return unsent
  const strange = Object.keys(u).find((key) => !(key in parts))
  if (strange !== undefined) return `is given with ${strange}, but takes ${Object.keys(parts).join(", ")}`
  if (typeof name !== "string" || name === "") return "is without a name: give one, with its extension"
  if (type !== undefined && !(typeof type === "string" && isMediaType(type))) {
    return "is of a `type` that is none: write it like text/csv"
  }
  if (size !== undefined && !(Number.isSafeInteger(size) && (size as number) >= 0)) {
    return "is of a `size` that is none: give a whole number of bytes"
  }
  if (restartable !== undefined && typeof restartable !== "boolean") return "is restartable or not: give true or false"
  return onProgress === undefined || typeof onProgress === "function"
    ? undefined
    : "is given with an `onProgress` that is no function"
}

const blobFault = (blob: Blob): string | undefined =>
  typeof blob.arrayBuffer === "function" && typeof blob.stream === "function"
    ? undefined
    : "is a Blob of a class that cannot be read here: give its bytes"

/** Printable, so that it stays on its line. */
const isMediaType = (type: string): boolean => /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+( *;[\x20-\x7e]*)?$/.test(type)

const unknownType = "application/octet-stream"

/** The part of a form that is sent of a file; `undefined` for what is none. @internal */
export const partOf = (key: string, file: unknown): Multipart.FilePart | undefined => {
  if (fault(file) !== undefined) return undefined
  const upload = file as Upload
  if (Bytes.isFile(upload)) return part(key, { content: upload, name: upload.name }, unknownType)
  if (Bytes.isBlob(upload) || Bytes.isBytes(upload)) return part(key, { content: upload, name: "file" }, unknownType)
  return part(key, upload, typeOf(upload.name))
}

const part = (key: string, file: NamedFile, derivedType: string): Multipart.FilePart => {
  const { content, name, onProgress, restartable = false, size, type } = file
  const about = { key, name, onProgress }
  if (Bytes.isBytes(content)) {
    const bytes = Bytes.view(content)
    return { ...about, type: type ?? derivedType, content: bytes, size: bytes.length, restartable: true }
  }
  if (Bytes.isBlob(content)) {
    const own = isMediaType(content.type) ? content.type : derivedType
    return { ...about, type: type ?? own, content, size: content.size, restartable: true }
  }
  return { ...about, type: type ?? derivedType, content, size, restartable }
}

const types: Readonly<Record<string, string>> = {
  avif: "image/avif",
  bmp: "image/bmp",
  csv: "text/csv",
  doc: "application/msword",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  eml: "message/rfc822",
  gif: "image/gif",
  heic: "image/heic",
  htm: "text/html",
  html: "text/html",
  ics: "text/calendar",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  json: "application/json",
  m4a: "audio/mp4",
  md: "text/markdown",
  mov: "video/quicktime",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  odp: "application/vnd.oasis.opendocument.presentation",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
  odt: "application/vnd.oasis.opendocument.text",
  ogg: "audio/ogg",
  pdf: "application/pdf",
  png: "image/png",
  ppt: "application/vnd.ms-powerpoint",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  rtf: "application/rtf",
  svg: "image/svg+xml",
  tif: "image/tiff",
  tiff: "image/tiff",
  txt: "text/plain",
  vcf: "text/vcard",
  wav: "audio/wav",
  webm: "video/webm",
  webp: "image/webp",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  xml: "application/xml",
  zip: "application/zip"
}

/** The MIME type of a file name's extension. */
const typeOf = (name: string): string => {
  const extension = name.slice(name.lastIndexOf(".") + 1).toLowerCase()
  return Object.hasOwn(types, extension) ? (types[extension] ?? unknownType) : unknownType
}
