/**
 * Tables and a little colour for a terminal; plain text where there is none.
 */
import * as Console from "effect/Console"
import type * as Effect from "effect/Effect"

const colours = process.stdout.isTTY === true && process.env.NO_COLOR === undefined

const style =
  (code: number) =>
  (text: string): string =>
    colours ? `\u001b[${code}m${text}\u001b[0m` : text

export const bold = style(1)
export const dim = style(2)
export const green = style(32)
export const yellow = style(33)
export const cyan = style(36)

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const plain = (text: unknown): unknown => (typeof text === "string" ? text.replace(/\u001b\[[\d;]*m/g, "") : text)

/** Takes the colours from what others print, where they would not show. */
export const withColours = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  colours
    ? effect
    : Console.consoleWith((console) =>
        Console.withConsole(effect, {
          ...console,
          log: (...args) => console.log(...args.map(plain)),
          error: (...args) => console.error(...args.map(plain))
        })
      )

export interface Column<A> {
  readonly head: string
  readonly cell: (row: A) => string
  readonly align?: "right"
  /** Longer cells are cut. */
  readonly width?: number
}

const cut = (text: string, width: number) => (text.length > width ? `${text.slice(0, width - 1)}…` : text)

/** A table of rows, indented like the rest of the page. */
export const table = <A>(columns: ReadonlyArray<Column<A>>, rows: ReadonlyArray<A>): string => {
  const cells = rows.map((row) => columns.map((column) => cut(column.cell(row), column.width ?? 40)))
  const widths = columns.map((column, index) =>
    Math.max(column.head.length, ...cells.map((line) => line[index]?.length ?? 0))
  )
  const line = (texts: ReadonlyArray<string>) =>
    `   ${texts
      .map((text, index) => {
        const width = widths[index] ?? 0
        return columns[index]?.align === "right" ? text.padStart(width) : text.padEnd(width)
      })
      .join("  ")
      .trimEnd()}`
  return [
    bold(line(columns.map((column) => column.head))),
    dim(line(widths.map((width) => "─".repeat(width)))),
    ...cells.map(line)
  ].join("\n")
}

const numbers = new Intl.NumberFormat("en", { maximumFractionDigits: 0 })

/** `12,000 EUR`. */
export const money = (value: number | null | undefined, currency: string | null | undefined): string =>
  value === null || value === undefined ? "" : `${numbers.format(value)} ${currency ?? ""}`.trimEnd()
