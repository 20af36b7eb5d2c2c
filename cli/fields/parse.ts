/**
 * Reads a module that `print` wrote, whatever formatter has been over it since.
 */
import type { Defined, Definitions } from "./definitions.js"
import { entities, exportOf } from "./entities.js"

interface Token {
  readonly kind: "comment" | "string" | "word" | "sign"
  readonly text: string
}

const pattern =
  /\/\*\*?(?<comment>[\s\S]*?)\*\/|\/\/[^\n]*|(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?<word>[\p{ID_Continue}$]+)|(?<sign>[^\s])/gu

const unquote = (text: string): string => {
  const inner = text.slice(1, -1)
  // in either kind of quotes each may be escaped; JSON has one form
  const json = inner.replace(/\\(.)|"/gs, (all, escaped) => (all === '"' ? '\\"' : escaped === "'" ? "'" : all))
  try {
    return JSON.parse(`"${json}"`)
  } catch {
    return inner
  }
}

const tokensOf = (text: string): ReadonlyArray<Token> =>
  Array.from(text.matchAll(pattern)).flatMap(({ groups = {} }): ReadonlyArray<Token> => {
    const { comment, sign, string, word } = groups
    if (comment !== undefined) {
      const lines = comment.split("\n")
      const [first = ""] = lines.length === 1 ? lines : lines.slice(1).map((line) => line.replace(/^\s*\* ?/, ""))
      return [{ kind: "comment", text: first.trim() }]
    }
    if (string !== undefined) return [{ kind: "string", text: unquote(string) }]
    if (word !== undefined) return [{ kind: "word", text: word }]
    return sign === undefined ? [] : [{ kind: "sign", text: sign }]
  })

type Cursor = { readonly tokens: ReadonlyArray<Token>; at: number }

const take = (cursor: Cursor, kind: Token["kind"], text?: string): string | undefined => {
  const token = cursor.tokens[cursor.at]
  if (token === undefined || token.kind !== kind || (text !== undefined && token.text !== text)) return undefined
  cursor.at++
  return token.text
}

const skip = (cursor: Cursor, sign: string): void => {
  take(cursor, "sign", sign)
}

const options = (cursor: Cursor): Defined["options"] => {
  if (take(cursor, "sign", "{") === undefined) return undefined
  const found: Array<readonly [string, number]> = []
  while (take(cursor, "sign", "}") === undefined) {
    skip(cursor, "[")
    const label = take(cursor, "word") ?? take(cursor, "string")
    skip(cursor, "]")
    skip(cursor, ":")
    const id = Number(take(cursor, "word"))
    if (label === undefined || Number.isNaN(id)) return undefined
    found.push([label, id])
    skip(cursor, ",")
  }
  return found
}

const field = (cursor: Cursor): Defined | undefined => {
  let title = ""
  for (let one = take(cursor, "comment"); one !== undefined; one = take(cursor, "comment")) title = one
  const id = take(cursor, "word") ?? take(cursor, "string")
  skip(cursor, ":")
  take(cursor, "word", "CustomFields")
  skip(cursor, ".")
  const type = take(cursor, "word")
  if (id === undefined || type === undefined || take(cursor, "sign", "(") === undefined) return undefined
  const key = take(cursor, "string")
  if (key === undefined) return undefined
  skip(cursor, ",")
  const found = options(cursor)
  skip(cursor, ",")
  if (take(cursor, "sign", ")") === undefined) return undefined
  skip(cursor, ",")
  return { id, title, type, key, options: found, notes: [] }
}

/** What the file defines. What cannot be read is left out, and so is told of as new. */
export const parse = (text: string): ReadonlyArray<Definitions> => {
  const cursor: Cursor = { tokens: tokensOf(text), at: 0 }
  const found: Array<Definitions> = []
  while (cursor.at < cursor.tokens.length) {
    const name = take(cursor, "word")
    const entity = entities.find((one) => exportOf(one) === name)
    if (entity === undefined) {
      if (name === undefined) cursor.at++
      continue
    }
    const start = ["=", "CustomFields", ".", "define", "(", "{"]
    if (!start.every((text) => (take(cursor, "sign", text) ?? take(cursor, "word", text)) !== undefined)) continue
    const fields: Array<Defined> = []
    for (let one = field(cursor); one !== undefined; one = field(cursor)) fields.push(one)
    found.push({ entity, fields, notes: [] })
  }
  return found
}
