/**
 * Reads CSV: commas, quotes, line breaks within quotes. The first line has the names of the columns; empty cells are left out.
 */
import { Effect, Schema } from "effect"

export class InvalidCsv extends Schema.TaggedError<InvalidCsv>()("InvalidCsv", { message: Schema.String }) {}

const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y

const linesOf = (text: string) => {
  const lines: Array<Array<string>> = [[]]
  const pattern = new RegExp(cell)
  while (pattern.lastIndex < text.length || lines.at(-1)?.length !== 0) {
    const found = pattern.exec(text)
    if (found === null) return undefined
    const [, quoted, plain = "", end] = found
    lines.at(-1)?.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'))
    if (end === "") break
    if (end !== ",") lines.push([])
  }
  return lines.filter((line) => line.some((value) => value !== ""))
}

export const parse = (text: string) =>
  Effect.gen(function* () {
    const [columns, ...lines] = linesOf(text.replace(/^\uFEFF/, "")) ?? []
    if (columns === undefined) return yield* new InvalidCsv({ message: "is empty, or has a quote that does not end" })
    if (new Set(columns).size < columns.length || columns.includes("")) {
      return yield* new InvalidCsv({ message: "has a column without a name, or two of one name" })
    }
    const wrong = lines.findIndex((line) => line.length > columns.length)
    if (wrong >= 0) return yield* new InvalidCsv({ message: `has more cells than columns in row ${wrong + 1}` })
    const rows = lines.map(
      (line): Readonly<Record<string, string>> =>
        Object.fromEntries(columns.flatMap((name, at) => (line[at] ? [[name, line[at]] as const] : [])))
    )
    return { columns, rows }
  })
