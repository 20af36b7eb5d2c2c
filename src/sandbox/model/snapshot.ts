/**
 * A world as text, to keep it in a file.
 */
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import type { Snapshot } from "../index.js"
import { SandboxError } from "../seeds/seed.js"
import * as Time from "./time.js"
import { isRecord } from "./view.js"
import type { Change, Id, Row } from "./world.js"

const version = 1

/** Bytes are written as base64 under this key. */
const bytesKey = "$bytes"

const encodeRow = (row: Row): Effect.Effect<Row> =>
  row.content instanceof Blob
    ? Effect.map(
        Effect.promise(() => (row.content instanceof Blob ? row.content : new Blob([])).arrayBuffer()),
        (buffer) => ({ ...row, content: { [bytesKey]: Encoding.encodeBase64(new Uint8Array(buffer)) } })
      )
    : Effect.succeed(row)

const decodeRow = (row: Row): Row => {
  const content = row.content
  const text = isRecord(content) ? content[bytesKey] : undefined
  if (typeof text !== "string") return row
  const bytes = Encoding.decodeBase64(text)
  return { ...row, content: new Blob(bytes._tag === "Right" ? [bytes.right.slice()] : []) }
}

/** Writes a snapshot. */
export const encode = ({ ahead, world: snapshot }: Snapshot): Effect.Effect<string> =>
  Effect.gen(function* () {
    const tables: Record<string, unknown> = {}
    for (const [name, { next, rows }] of snapshot.tables) {
      // the sandbox that reads it has its own token
      if (name === "apiToken") continue
      tables[name] = { next, rows: yield* Effect.forEach(rows.values(), encodeRow) }
    }
    const { company, entropy, log, ticks } = snapshot
    return JSON.stringify({ sandbox: version, company, ahead, entropy, ticks, tables, log })
  })

const isId = (value: unknown): value is Id => typeof value === "number" || typeof value === "string"

const isRow = (value: unknown): value is Row => isRecord(value) && isId(value.id)

const isChange = (value: unknown): value is Change =>
  isRecord(value) && typeof value.table === "string" && typeof value.time === "string" && isRow(value.after)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0

const fileError = (reason: string) => new SandboxError({ path: "file", reason })

/** Reads what {@link encode} wrote. */
export const decode = (text: string): Effect.Effect<Snapshot, SandboxError> =>
  Effect.try({
    try: (): unknown => JSON.parse(text),
    catch: () => fileError("is not JSON")
  }).pipe(
    Effect.flatMap((value) => {
      if (!isRecord(value) || value.sandbox !== version || !isRecord(value.tables)) {
        return Effect.fail(fileError("does not hold a sandbox"))
      }
      const { ahead = 0, entropy, log, ticks } = value
      if (!isCount(ahead) || ahead > Time.maxOffset || !isCount(entropy) || !isCount(ticks)) {
        return Effect.fail(fileError("does not say where its time and its ids stand"))
      }
      if (!Array.isArray(log) || !log.every(isChange)) return Effect.fail(fileError("does not hold what happened"))
      const company = typeof value.company === "number" ? value.company : undefined
      const tables = new Map<string, { readonly rows: ReadonlyMap<Id, Row>; readonly next: number }>()
      for (const [name, table] of Object.entries(value.tables)) {
        if (!isRecord(table) || !Array.isArray(table.rows) || !table.rows.every(isRow)) {
          return Effect.fail(fileError(`holds no rows under ${name}`))
        }
        if (!isCount(table.next)) return Effect.fail(fileError(`does not say which id is the next under ${name}`))
        const rows = table.rows.map(decodeRow)
        tables.set(name, { rows: new Map(rows.map((row) => [row.id, row])), next: table.next })
      }
      return Effect.succeed({
        _tag: "SandboxSnapshot" as const,
        ahead,
        world: { company, tables, log, entropy, ticks }
      })
    })
  )
