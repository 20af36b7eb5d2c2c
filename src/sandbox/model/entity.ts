/**
 * What an entity is, as data: its fields with their kinds and defaults, and what the two versions show beside them.
 */
import type { Either } from "effect/Either"
import type { Answer } from "../http/messages.js"
import type { Kind } from "./kinds.js"
import type { View } from "./view.js"
import type { Id, Row } from "./world.js"

/** Something that is worked out when it is asked for. */
export type Computed = (row: Row, view: View) => unknown

/** A field as it is stored, under its v2 name. */
export interface Field {
  readonly kind: Kind
  /** What a new row gets when nothing is given; `null` when this is absent. */
  readonly initial?: (view: View) => unknown
  /** What `null` becomes; `null` when this is absent. */
  readonly cleared?: unknown
  /** v1's name; the same when absent; `false`: v1 does not have it. */
  readonly v1?: string | false
  /** `false`: v2 shows it only when it is asked for with `include_fields`, or not at all. */
  readonly v2?: false
  /** Nobody can set it. */
  readonly readOnly?: true
  /** v1 refuses to make a row without it, in these words. */
  readonly required?: string
  /** A number's least and greatest value. */
  readonly range?: readonly [least: number, greatest: number]
}

/** A row on its way into the world. */
export interface Draft {
  readonly view: View
  /** The version that is asked, for refusals. */
  readonly version: "v1" | "v2"
  /** What is there now, when the row is changed. */
  readonly before: Row | undefined
  /** What it will be. */
  readonly after: { id: Id; [field: string]: unknown }
  /** The fields that the caller set. */
  readonly given: ReadonlySet<string>
}

/** Where to look for rows: those whose field has one of the values, or comes at or after one. */
export type IndexHint =
  | { readonly field: string; readonly values: ReadonlyArray<unknown> }
  | { readonly field: string; readonly from: string }

/** Whether a row is meant; and where such rows are to be found, if that is known. */
export interface Condition {
  (row: Row): boolean
  readonly indexHint?: IndexHint
}

/** One condition of a list; `undefined` when the parameter says nothing. */
export type Filter = (value: unknown, view: View) => Condition | undefined

/** What a search looks through, and shows of what it finds. */
export interface Search {
  /** The searchable texts, by the name under which `fields` selects them. */
  readonly fields: Readonly<Record<string, (row: Row, view: View) => ReadonlyArray<string>>>
  readonly item: Computed
  /** What an item shows more for `include_fields`, by the name there. */
  readonly include?: Readonly<Record<string, Readonly<Record<string, Computed>>>>
}

/** An entity. */
export interface Entity {
  /** Its table, and its key under `related_objects`. */
  readonly name: string
  /** For sentences: `Deal not found`. */
  readonly label: string
  readonly fields: Readonly<Record<string, Field>>
  /** Who makes the id; counted up when absent. */
  readonly newId?: (view: View) => Id
  /** Other names under which v1 takes a field. */
  readonly v1Aliases?: Readonly<Record<string, string>>
  /** Other names under which v2 takes a field. */
  readonly v2Aliases?: Readonly<Record<string, string>>
  /** v2 answers its creation without the time of a change. */
  readonly unchangedWhenAdded?: true
  /** `additional_data` is there, and null. */
  readonly additionalNull?: true
  /** What v1 shows beside the fields. */
  readonly v1?: Readonly<Record<string, Computed>>
  /** What v1 shows in one operation only. */
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
  /** What follows from a change: defaults that depend on each other, times, refusals. */
  readonly beforeCommit?: (draft: Draft) => Either<void, Answer>
  /** What follows once it is in the world. */
  readonly afterCommit?: (row: Row, before: Row | undefined, view: View) => void
  /** What goes with it when it is deleted. */
  readonly cascade?: (row: Row, view: View) => void
  /** Conditions of v2's lists; `eq` on a field of the same name needs no entry. */
  readonly filters?: Readonly<Record<string, Filter>>
  /** Conditions of v1's lists. */
  readonly v1Filters?: Readonly<Record<string, Filter>>
  readonly search?: Search
  /** A deleted row can still be changed (notes). */
  readonly editableWhenDeleted?: true
  /** Deleting leaves nothing behind. */
  readonly hardDelete?: true
  /** What v1 answers to a delete; `{ id }` when absent. */
  readonly v1Deleted?: Computed
  /** v1's status and body when it is deleted a second time; 404 when absent. */
  readonly v1Gone?: (row: Row) => Answer
  /** v1's words when there is none; the label with `not found` when absent. */
  readonly v1NotFound?: Answer
}

/** The operations that v1 shows more or less in. */
export type OperationKind = "list" | "get" | "add" | "update"

/** A short form of another thing in `related_objects`. */
export interface Related {
  /** The fields that hold its id. */
  readonly by: ReadonlyArray<string>
  readonly reference: (id: unknown, view: View) => unknown
  /** The form where v1 says more: after an update, and in lists below another thing. */
  readonly fullReference?: (id: unknown, view: View) => unknown
}
