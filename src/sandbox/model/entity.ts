/**
 * The description of an entity: its fields with their kinds and defaults, and what the two versions add to them.
 */
import type { Either } from "effect/Either"
import type { Answer } from "../http/messages.js"
import type { Kind } from "./kinds.js"
import type { View } from "./view.js"
import type { Id, Row } from "./world.js"

/** A computed value. */
export type Computed = (row: Row, view: View) => unknown

/** A field as it is stored, under its v2 name. */
export interface Field {
  readonly kind: Kind
  /** The default of a new row; `null` if absent. */
  readonly initial?: (view: View) => unknown
  /** What `null` is stored as; `null` if absent. */
  readonly cleared?: unknown
  /** v1's name; by default the same; `false`: v1 does not have it. */
  readonly v1?: string | false
  /** `false`: v2 shows it only when it is asked for with `include_fields`, or not at all. */
  readonly v2?: false
  /** It is read-only. */
  readonly readOnly?: true
  /** v1's message if it is missing in a new row. */
  readonly required?: string
  /** A number's least and greatest value. */
  readonly range?: readonly [least: number, greatest: number]
}

/** A row about to be stored. */
export interface Draft {
  readonly view: View
  /** The version of the request, for error responses. */
  readonly version: "v1" | "v2"
  /** The stored row, if it is an update. */
  readonly before: Row | undefined
  /** The new row. */
  readonly after: { id: Id; [field: string]: unknown }
  /** The fields that the caller set. */
  readonly given: ReadonlySet<string>
}

/** An index to use: rows whose field has one of the values, or is at or after one. */
export type IndexHint =
  | { readonly field: string; readonly values: ReadonlyArray<unknown> }
  | { readonly field: string; readonly from: string }

/** Whether a row matches, and an index for such rows, if there is one. */
export interface Condition {
  (row: Row): boolean
  readonly indexHint?: IndexHint
}

/** One condition of a list; `undefined` if the parameter is not set. */
export type Filter = (value: unknown, view: View) => Condition | undefined

/** What a search looks at, and what it returns. */
export interface Search {
  /** The searchable texts, by the name under which `fields` selects them. */
  readonly fields: Readonly<Record<string, (row: Row, view: View) => ReadonlyArray<string>>>
  readonly item: Computed
  /** What `include_fields` adds to an item, by name. */
  readonly include?: Readonly<Record<string, Readonly<Record<string, Computed>>>>
}

/** An entity. */
export interface Entity {
  /** Its table, and its key under `related_objects`. */
  readonly name: string
  /** For messages: `Deal not found`. */
  readonly label: string
  readonly fields: Readonly<Record<string, Field>>
  /** Makes the id; by default a counter. */
  readonly newId?: (view: View) => Id
  /** Other names under which v1 takes a field. */
  readonly v1Aliases?: Readonly<Record<string, string>>
  /** Other names under which v2 takes a field. */
  readonly v2Aliases?: Readonly<Record<string, string>>
  /** v2's response to its creation has no update time. */
  readonly unchangedWhenAdded?: true
  /** `additional_data` is there, and null. */
  readonly additionalNull?: true
  /** What v1 adds to the fields. */
  readonly v1?: Readonly<Record<string, Computed>>
  /** What v1 adds in one operation only. */
  readonly v1ByOperation?: { readonly [K in OperationKind]?: Readonly<Record<string, Computed>> }
  /** What stands beside `data` in v1, in one operation only. */
  readonly v1AdditionalData?: { readonly [K in OperationKind]?: Computed }
  /** The fields whose targets v1 shows in `related_objects`, by the name there. */
  readonly related?: Readonly<Record<string, Related>>
  /** What v2 shows for `include_fields`. */
  readonly include?: Readonly<Record<string, Computed>>
  /** What v2 shows of fields that are not stored. */
  readonly v2?: Readonly<Record<string, Computed>>
  /** The table of its custom fields. */
  readonly customFields?: string
  /** v1 shows only the custom fields that are set (leads). */
  readonly customFieldsWhenSet?: true
  /** The rules of a change: dependent defaults, times, errors. */
  readonly beforeCommit?: (draft: Draft) => Either<void, Answer>
  /** Runs after it is stored. */
  readonly afterCommit?: (row: Row, before: Row | undefined, view: View) => void
  /** What is deleted with it. */
  readonly cascade?: (row: Row, view: View) => void
  /** Conditions of v2's lists; `eq` on a field of the same name needs no entry. */
  readonly filters?: Readonly<Record<string, Filter>>
  /** Conditions of v1's lists. */
  readonly v1Filters?: Readonly<Record<string, Filter>>
  readonly search?: Search
  /** Deleted rows can still be changed (notes). */
  readonly editableWhenDeleted?: true
  /** Deleting removes the row. */
  readonly hardDelete?: true
  /** v1's response to a delete; by default `{ id }`. */
  readonly v1Deleted?: Computed
  /** v1's status and body when it is deleted a second time; 404 when absent. */
  readonly v1Gone?: (row: Row) => Answer
  /** v1's message if there is none; by default the label with `not found`. */
  readonly v1NotFound?: Answer
}

/** The operations in which v1 shows more or fewer fields. */
export type OperationKind = "list" | "get" | "add" | "update"

/** A short form of another entity in `related_objects`. */
export interface Related {
  /** The fields that hold its id. */
  readonly by: ReadonlyArray<string>
  readonly reference: (id: unknown, view: View) => unknown
  /** The longer form of v1: after an update, and in lists below another entity. */
  readonly fullReference?: (id: unknown, view: View) => unknown
}
