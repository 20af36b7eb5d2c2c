/** What two requests have to agree on. */
import { isDeepStrictEqual } from "node:util"
import type { Recorded } from "./server.js"

export interface Part {
  readonly name: string
  readonly value: string
  /** Of a file only. */
  readonly file?: { readonly name: string; readonly type: string }
}

export interface Wire {
  readonly method: string
  readonly path: string
  /** The pairs as they stand on the wire, percent-encoding and all, in alphabetical order. */
  readonly query: ReadonlyArray<string>
  readonly decodedQuery: ReadonlyArray<readonly [string, string]>
  readonly credentials: { readonly token: string | undefined; readonly bearer: string | undefined }
  readonly contentType: string | undefined
  readonly body: unknown
}

export const read = async (recorded: Recorded): Promise<Wire> => {
  const contentType = recorded.headers["content-type"]?.split(";")[0]
  return {
    method: recorded.method,
    path: recorded.path,
    query: recorded.query === "" ? [] : recorded.query.split("&").sort(),
    decodedQuery: [...new URLSearchParams(recorded.query)].sort(byText),
    credentials: { token: recorded.headers["x-api-token"], bearer: recorded.headers.authorization },
    contentType,
    body: await bodyOf(recorded, contentType)
  }
}

const byText = (a: readonly [string, string], b: readonly [string, string]) => (String(a) < String(b) ? -1 : 1)

const bodyOf = async ({ body, headers }: Recorded, contentType: string | undefined): Promise<unknown> => {
  switch (contentType) {
    case "application/json":
      return JSON.parse(body.toString())
    case "application/x-www-form-urlencoded":
      return [...new URLSearchParams(body.toString())].sort(byText)
    case "multipart/form-data": {
      const response = new Response(new Uint8Array(body), {
        headers: { "content-type": headers["content-type"] ?? "" }
      })
      const form = await response.formData()
      const parts = await Promise.all(
        [...form].map(
          async ([name, value]): Promise<Part> =>
            typeof value === "string"
              ? { name, value }
              : {
                  name,
                  value: Buffer.from(await value.arrayBuffer()).toString("hex"),
                  file: { name: value.name, type: value.type }
                }
        )
      )
      return parts.sort((a, b) => byText([a.name, a.value], [b.name, b.value]))
    }
    default:
      return body.toString()
  }
}

/** What differs, in words; nothing when the requests agree. */
export const differences = (official: Wire, ours: Wire): ReadonlyArray<string> =>
  (Object.keys(official) as ReadonlyArray<keyof Wire>).flatMap((key) =>
    isDeepStrictEqual(official[key], ours[key])
      ? []
      : [`${key}: ${JSON.stringify(official[key])} became ${JSON.stringify(ours[key])}`]
  )
